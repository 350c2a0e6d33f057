-- Persons are looked for by two marks together: one alone is as common as the name Jones.

DROP INDEX ix_persons_surname_birth_index;
DROP INDEX ix_persons_names_index;
DROP INDEX ix_persons_birth_index;
DROP INDEX ix_persons_home_index;
CREATE INDEX ix_persons_names_birth ON persons (names_index, birth_index);
CREATE INDEX ix_persons_home_names ON persons (home_index, names_index);
CREATE INDEX ix_persons_birth_home ON persons (birth_index, home_index);
