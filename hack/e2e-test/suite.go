//go:build suite

// Package suite keeps upstream's end-to-end suite among this module's requirements: it is built as a test binary, which nothing imports.
package suite

import _ "k8s.io/kubernetes/test/e2e"
