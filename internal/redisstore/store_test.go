package redisstore_test

import (
	"testing"

	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
)

// TestStore proves every rule of the store on everything it may run on.
func TestStore(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t testing.TB) redisstore.Options{
		"in process": storetest.Mini,
		"redis":      func(t testing.TB) redisstore.Options { return storetest.Redis(t) },
		"cluster":    storetest.Cluster,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, open(t))
		})
	}
}

// TestControls breaks rule after rule of the scripts: the suite must notice.
func TestControls(t *testing.T) {
	t.Parallel()
	storetest.Controls(t, storetest.Redis(t))
}
