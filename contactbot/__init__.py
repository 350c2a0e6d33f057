"""Works down a victim service’s contact queue safely, in Welsh and English."""
