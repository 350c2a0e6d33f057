DROP INDEX ix_persons_birth_home;
DROP INDEX ix_persons_home_names;
DROP INDEX ix_persons_names_birth;
CREATE INDEX ix_persons_birth_index ON persons (birth_index);
CREATE INDEX ix_persons_home_index ON persons (home_index);
CREATE INDEX ix_persons_names_index ON persons (names_index);
CREATE INDEX ix_persons_surname_birth_index ON persons (surname_birth_index);
