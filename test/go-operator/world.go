package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

const leaseName = "widget-operator"

// world is what the checks work on.
type world struct {
	config *rest.Config
	scheme *runtime.Scheme
	// Straight to the server, without a cache.
	client    client.Client
	namespace string
	manager   ctrl.Manager
	// Ends the first manager, and waits for it.
	stopManager func() error
	finalized   chan string
}

func newWorld(config *rest.Config) (*world, error) {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, apiextensions.AddToScheme, widgetScheme.AddToScheme} {
		if err := add(s); err != nil {
			return nil, err
		}
	}
	c, err := client.New(config, client.Options{Scheme: s})
	return &world{config: config, scheme: s, client: c, finalized: make(chan string, 16)}, err
}

func (w *world) stop() {
	if w.stopManager != nil {
		_ = w.stopManager()
	}
}

// newManager makes a manager with the operator in it, and leader election.
func (w *world) newManager() (ctrl.Manager, error) {
	// Two operators in one process have the same name, which their metrics would not bear.
	sameName := true
	mgr, err := ctrl.NewManager(w.config, ctrl.Options{
		Scheme:                        w.scheme,
		Metrics:                       server.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       w.namespace,
		LeaderElectionReleaseOnCancel: true,
		Controller:                    config.Controller{SkipNameValidation: &sameName},
	})
	if err != nil {
		return nil, err
	}
	index := func(object client.Object) []string {
		owner := meta.GetControllerOf(object)
		if owner == nil || owner.Kind != "Widget" {
			return nil
		}
		return []string{owner.Name}
	}
	if err := mgr.GetFieldIndexer().IndexField(context.Background(), &core.ConfigMap{}, ownerIndex, index); err != nil {
		return nil, err
	}
	r := &reconciler{Client: mgr.GetClient(), events: mgr.GetEventRecorder("widget-operator"), finalized: w.finalized}
	return mgr, r.setup(mgr)
}

// start runs a manager until what is returned is called, which returns how it ended.
func start(mgr ctrl.Manager) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	return func() error {
		cancel()
		select {
		case err := <-ended:
			ended <- err
			return err
		case <-time.After(30 * time.Second):
			return errors.New("the manager did not end")
		}
	}
}

// eventually looks again and again until there is nothing to complain of; when the time is over it returns the last complaint.
func eventually(ctx context.Context, look func() error) error {
	for {
		err := look()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// widget reads a widget from the server.
func (w *world) widget(ctx context.Context, name string) (*Widget, error) {
	widget := &Widget{}
	return widget, w.client.Get(ctx, w.key(name), widget)
}

func (w *world) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: w.namespace, Name: name}
}

func differ(what string, want, got any) error {
	if fmt.Sprint(want) == fmt.Sprint(got) {
		return nil
	}
	return fmt.Errorf("%s: want %v, got %v", what, want, got)
}
