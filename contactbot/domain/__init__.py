"""What is true of victims, referrals and contact: values and rules without I/O."""
