package config

import (
	"net/url"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Secret is a setting that must not be printed; convert it to a string where it
// is used.
type Secret string

func (Secret) String() string               { return "(secret)" }
func (Secret) GoString() string             { return "(secret)" }
func (Secret) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

// database is the URL of a PostgreSQL database. What is wrong with it is said
// without its value.
func (e *env) database(name string) Secret {
	before := len(e.errs)
	s := e.text(name, "")
	if len(e.errs) > before {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case s == "":
		e.fail(name, "is not set; it is the database's URL, such as postgres://user@host:5432/database")
	case err != nil:
		e.fail(name, "is no URL; in a password, / is written %%2F, and so on")
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		e.fail(name, "does not begin with postgres://")
	default:
		if _, err := pgxpool.ParseConfig(s); err != nil {
			e.fail(name, "is no URL that PostgreSQL's clients understand; look at what stands behind the ?")
		}
	}
	return Secret(s)
}
