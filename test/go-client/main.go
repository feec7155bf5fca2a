// Does with a cluster what operators do, through the libraries that they use, and says for each thing whether it went as client-go's users
// may expect: one line of JSON per check. Correct against upstream's kube-apiserver by test; a tenant has to be told apart from that by nothing here.
//
//	go-client -kubeconfig FILE [-skip NAME,NAME] [-only NAME,NAME]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

const checkTimeout = 60 * time.Second

// check is one thing that an operator relies on. The error says what was different; the detail, what was seen.
type check struct {
	name string
	run  func(ctx context.Context, c *cluster) (detail string, err error)
}

// outcome is a line of the output.
type outcome struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Millis int64  `json:"millis"`
}

// The first makes the namespace for the others, the last one deletes it.
var checks = slices.Concat(
	[]check{{"namespace", makeNamespace}},
	discoveryChecks,
	informerChecks,
	writeChecks,
	listChecks,
	watchChecks,
	operatorChecks,
	[]check{{"namespace.delete", deleteNamespace}},
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the cluster to talk to")
	skip := flag.String("skip", "", "checks not to run, separated by commas")
	only := flag.String("only", "", "if given: the only checks to run, separated by commas")
	flag.Parse()
	skipped, chosen := names(*skip), names(*only)
	for _, name := range slices.Concat(skipped, chosen) {
		if !slices.ContainsFunc(checks, func(c check) bool { return c.name == name }) {
			fail(fmt.Errorf("no check is called %q", name))
		}
	}
	c, err := connect(*kubeconfig)
	if err != nil {
		fail(err)
	}
	failures := 0
	lines := json.NewEncoder(os.Stdout)
	for _, check := range checks {
		namespace := strings.HasPrefix(check.name, "namespace")
		if slices.Contains(skipped, check.name) || (len(chosen) > 0 && !namespace && !slices.Contains(chosen, check.name)) {
			continue
		}
		result := runCheck(check, c)
		if !result.OK {
			failures++
		}
		_ = lines.Encode(result)
		if check.name == "namespace" && !result.OK {
			break
		}
	}
	if failures > 0 {
		os.Exit(1)
	}
}

func runCheck(check check, c *cluster) (result outcome) {
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
	detail, err := check.run(ctx, c)
	if err != nil {
		result.Detail = err.Error()
		return result
	}
	result.OK, result.Detail = true, detail
	return result
}

func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
