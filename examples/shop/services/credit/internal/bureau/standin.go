package bureau

import (
	"context"
	"strings"
)

// StandIn takes the bureau's place where there is none, as on a developer's machine:
// it knows everybody, and thinks well of them but for those whose name begins with
// "broke".
func StandIn(_ context.Context, customer string) (int, error) {
	if customer == "" || strings.HasPrefix(customer, "broke") {
		return 0, nil
	}
	return 80, nil
}
