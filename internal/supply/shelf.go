package supply

import (
	"errors"
	"fmt"

	"github.com/svcgen/svcgen/internal/cache"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Shelf returns the function that a library finds fetched templates with. It
// takes them from the cache, compares them with the manifest's digest, and
// judges their signature by the trust list as it is now. It reaches no network.
func Shelf(d cache.Dir) func(name string, t workspace.Template, l trust.List) (tree.Tree, error) {
	return func(name string, t workspace.Template, l trust.List) (tree.Tree, error) {
		absent := func(changed bool, msg string) error {
			return &workspace.AbsentError{Changed: changed, Why: &diag.Error{File: workspace.ManifestFile, Line: t.Line, Col: t.Col,
				Msg: fmt.Sprintf("the templates %s %s", name, msg), Hint: "svcgen template fetch " + name}}
		}
		files, err := d.Load(t.Digest)
		switch {
		case errors.Is(err, cache.ErrMissing):
			return nil, absent(false, "are not on this machine")
		case errors.Is(err, cache.ErrChanged):
			return nil, absent(true, "were changed in the cache: they have another digest than the manifest says")
		case err != nil:
			return nil, err
		}
		if !l.Names(t.Source) {
			return files, nil
		}
		// The trust list speaks of the source. That the content is here is not
		// enough: it may have come from somewhere else, without a signature.
		record, err := d.Record(t.Digest, t.Source.String())
		switch {
		case errors.Is(err, cache.ErrMissing):
			return nil, absent(false, "did not come from their source on this machine, so that it is not known who signed them")
		case errors.Is(err, cache.ErrChanged):
			return nil, absent(true, "have a record in the cache that cannot be read")
		case err != nil:
			return nil, err
		}
		if _, err := l.Judge(t.Source, t.Digest, record.Proof); err != nil {
			return nil, err
		}
		return files, nil
	}
}
