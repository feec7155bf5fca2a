// An operator on controller-runtime with its defaults: a manager with a cache that speaks protobuf, leader election, server-side apply, a kind of its
// own with a status, finalizers, owner references, an index and a watch of metadata alone. It says for each thing that such operators rely on whether
// it went as it does with upstream's kube-apiserver: one line of JSON per check.
//
//	go-operator -kubeconfig FILE
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
)

const checkTimeout = 60 * time.Second

// check is one thing that an operator relies on. The error says what was different; the detail, what was seen.
type check struct {
	name string
	run  func(ctx context.Context, w *world) (detail string, err error)
}

// outcome is a line of the output.
type outcome struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Millis int64  `json:"millis"`
}

// Each needs those before it.
var checks = []check{
	{"definition.install", installDefinition},
	{"namespace", makeNamespace},
	{"manager.start", startManager},
	{"reconcile.create", reconcileCreates},
	{"cache.index", cacheHasIndex},
	{"reconcile.drift", reconcileRepairs},
	{"reconcile.scale", reconcileScales},
	{"status.apart", statusIsApart},
	{"apply.conflict", applyConflicts},
	{"apply.status", applyToStatus},
	{"metadata.watch", metadataIsWatched},
	{"events", eventsAreRecorded},
	{"validation", invalidIsRefused},
	{"leader.handover", leaderHandsOver},
	{"finalizer.delete", finalizerDeletes},
	{"namespace.delete", deleteNamespace},
	{"definition.uninstall", uninstallDefinition},
}

func main() {
	kubeconfig := flag.Lookup("kubeconfig")
	flag.Parse()
	ctrl.SetLogger(logr.Discard())
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig.Value.String())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	w, err := newWorld(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	lines := json.NewEncoder(os.Stdout)
	failed := false
	for _, check := range checks {
		result := runCheck(check, w)
		failed = failed || !result.OK
		_ = lines.Encode(result)
	}
	w.stop()
	if failed {
		os.Exit(1)
	}
}

func runCheck(check check, w *world) (result outcome) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	began := time.Now()
	result = outcome{Check: check.name}
	defer func() {
		if panicked := recover(); panicked != nil {
			result.OK, result.Detail = false, fmt.Sprint("panic: ", panicked)
		}
		result.Millis = time.Since(began).Milliseconds()
	}()
	detail, err := check.run(ctx, w)
	if err != nil {
		result.Detail = err.Error()
		return result
	}
	result.OK, result.Detail = true, detail
	return result
}
