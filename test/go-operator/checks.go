package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apps "k8s.io/api/apps/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

func installDefinition(_ context.Context, w *world) (string, error) {
	found, err := envtest.InstallCRDs(w.config, envtest.CRDInstallOptions{
		Scheme: w.scheme, CRDs: []*apiextensions.CustomResourceDefinition{definition()}, MaxTime: 30 * time.Second,
	})
	return fmt.Sprintf("%d served", len(found)), err
}

func makeNamespace(ctx context.Context, w *world) (string, error) {
	namespace := &core.Namespace{ObjectMeta: meta.ObjectMeta{GenerateName: "go-operator-"}}
	if err := w.client.Create(ctx, namespace); err != nil {
		return "", err
	}
	w.namespace = namespace.Name
	return w.namespace, nil
}

func startManager(ctx context.Context, w *world) (string, error) {
	mgr, err := w.newManager()
	if err != nil {
		return "", err
	}
	w.manager, w.stopManager = mgr, start(mgr)
	select {
	case <-mgr.Elected():
	case <-ctx.Done():
		return "", errors.New("not elected")
	}
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		return "", errors.New("its cache is not filled")
	}
	lease := &coordination.Lease{}
	if err := w.client.Get(ctx, w.key(leaseName), lease); err != nil {
		return "", err
	}
	return *lease.Spec.HolderIdentity, nil
}

func reconcileCreates(ctx context.Context, w *world) (string, error) {
	made := &Widget{ObjectMeta: meta.ObjectMeta{Namespace: w.namespace, Name: "one"}, Spec: WidgetSpec{Replicas: 2, Greeting: "hello"}}
	if err := w.client.Create(ctx, made); err != nil {
		return "", err
	}
	if err := differ("colour of the created", "blue", made.Spec.Colour); err != nil {
		return "", err
	}
	if err := w.untilReady(ctx, "one", 2); err != nil {
		return "", err
	}
	deployment := &apps.Deployment{}
	if err := w.client.Get(ctx, w.key("one"), deployment); err != nil {
		return "", err
	}
	owner := meta.GetControllerOf(deployment)
	if owner == nil || owner.UID != made.UID {
		return "", fmt.Errorf("owner references of the deployment: %v", deployment.OwnerReferences)
	}
	applied := func(entry meta.ManagedFieldsEntry) bool {
		return entry.Manager == fieldManager && entry.Operation == meta.ManagedFieldsOperationApply
	}
	if !slices.ContainsFunc(deployment.ManagedFields, applied) {
		return "", fmt.Errorf("managed fields of the deployment: %v", deployment.ManagedFields)
	}
	return "two pods are ready", nil
}

// untilReady waits until a widget says that so many are ready, of its newest generation.
func (w *world) untilReady(ctx context.Context, name string, replicas int32) error {
	return eventually(ctx, func() error {
		widget, err := w.widget(ctx, name)
		if err != nil {
			return err
		}
		return errors.Join(
			differ("ready replicas", replicas, widget.Status.ReadyReplicas),
			differ("observed generation", widget.Generation, widget.Status.ObservedGeneration),
		)
	})
}

func cacheHasIndex(ctx context.Context, w *world) (string, error) {
	return "found by its owner", eventually(ctx, func() error {
		list := &core.ConfigMapList{}
		err := w.manager.GetClient().List(ctx, list, client.InNamespace(w.namespace), client.MatchingFields{ownerIndex: "one"})
		if err != nil {
			return err
		}
		return differ("config maps in the index", 1, len(list.Items))
	})
}

func reconcileRepairs(ctx context.Context, w *world) (string, error) {
	config := &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Namespace: w.namespace, Name: "one"}}
	if err := w.client.Patch(ctx, config, client.RawPatch("application/merge-patch+json", []byte(`{"data":{"greeting":"go away"}}`))); err != nil {
		return "", err
	}
	if err := w.client.Delete(ctx, &apps.Deployment{ObjectMeta: config.ObjectMeta}); err != nil && !apierrors.IsNotFound(err) {
		return "", err
	}
	return "config map and deployment are back", eventually(ctx, func() error {
		if err := w.client.Get(ctx, w.key("one"), config); err != nil {
			return err
		}
		return errors.Join(differ("greeting", "hello", config.Data["greeting"]), w.client.Get(ctx, w.key("one"), &apps.Deployment{}))
	})
}

func reconcileScales(ctx context.Context, w *world) (string, error) {
	err := eventually(ctx, func() error {
		widget, err := w.widget(ctx, "one")
		if err != nil {
			return err
		}
		widget.Spec.Replicas = 3
		return w.client.Update(ctx, widget)
	})
	if err != nil {
		return "", err
	}
	if err := w.untilReady(ctx, "one", 3); err != nil {
		return "", err
	}
	widget, err := w.widget(ctx, "one")
	return fmt.Sprintf("generation %d", widget.Generation), err
}

func statusIsApart(ctx context.Context, w *world) (string, error) {
	return "", eventually(ctx, func() error {
		widget, err := w.widget(ctx, "one")
		if err != nil {
			return err
		}
		ready, generation := widget.Status.ReadyReplicas, widget.Generation
		widget.Status.ReadyReplicas = 77
		if err := w.client.Update(ctx, widget); err != nil {
			return err
		}
		if err := errors.Join(differ("status by update", ready, widget.Status.ReadyReplicas), differ("generation", generation, widget.Generation)); err != nil {
			return err
		}
		widget.Spec.Replicas = 5
		widget.Status.Secrets = 0
		if err := w.client.Status().Update(ctx, widget); err != nil {
			return err
		}
		return errors.Join(differ("spec by status update", 3, widget.Spec.Replicas), differ("generation", generation, widget.Generation))
	})
}

func applyConflicts(ctx context.Context, w *world) (string, error) {
	other := applyapps.Deployment("one", w.namespace).WithSpec(applyapps.DeploymentSpec().WithReplicas(1))
	err := w.client.Apply(ctx, other, client.FieldOwner("somebody"))
	if !apierrors.IsConflict(err) {
		return "", fmt.Errorf("applying another's field: %w", err)
	}
	conflict := err.Error()
	if err := w.client.Apply(ctx, other, client.FieldOwner("somebody"), client.ForceOwnership); err != nil {
		return "", err
	}
	// The operator takes it back, by force.
	return conflict, eventually(ctx, func() error {
		deployment := &apps.Deployment{}
		if err := w.client.Get(ctx, w.key("one"), deployment); err != nil {
			return err
		}
		return differ("replicas", 3, *deployment.Spec.Replicas)
	})
}

func applyToStatus(ctx context.Context, w *world) (string, error) {
	patch := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": groupVersion.String(), "kind": "Widget",
		"metadata": map[string]any{"name": "one", "namespace": w.namespace},
		"status": map[string]any{"conditions": []any{map[string]any{
			"type": "Seen", "status": "True", "reason": "Checked", "message": "", "lastTransitionTime": "2030-01-01T00:00:00Z",
		}}},
	}}
	if err := w.client.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(patch), client.FieldOwner("somebody")); err != nil {
		return "", err
	}
	widget, err := w.widget(ctx, "one")
	if err != nil {
		return "", err
	}
	types := []string{}
	for _, condition := range widget.Status.Conditions {
		types = append(types, condition.Type)
	}
	slices.Sort(types)
	return "", differ("conditions", []string{"Ready", "Seen"}, types)
}

func metadataIsWatched(ctx context.Context, w *world) (string, error) {
	secret := &core.Secret{ObjectMeta: meta.ObjectMeta{Namespace: w.namespace, Name: "one", Labels: map[string]string{widgetLabel: "one"}}}
	if err := w.client.Create(ctx, secret); err != nil {
		return "", err
	}
	return "a secret was seen by its metadata", eventually(ctx, func() error {
		widget, err := w.widget(ctx, "one")
		if err != nil {
			return err
		}
		return differ("secrets", 1, widget.Status.Secrets)
	})
}

func eventsAreRecorded(ctx context.Context, w *world) (string, error) {
	return "", eventually(ctx, func() error {
		list := &core.EventList{}
		if err := w.client.List(ctx, list, client.InNamespace(w.namespace), client.MatchingFields{"involvedObject.kind": "Widget", "reason": "Configured"}); err != nil {
			return err
		}
		if len(list.Items) == 0 {
			return errors.New("no event")
		}
		return differ("message", "wrote one", list.Items[0].Message)
	})
}

func invalidIsRefused(ctx context.Context, w *world) (string, error) {
	words := ""
	for _, spec := range []WidgetSpec{{Replicas: 21}, {Replicas: 1, Colour: "green"}, {Replicas: 13}} {
		err := w.client.Create(ctx, &Widget{ObjectMeta: meta.ObjectMeta{Namespace: w.namespace, Name: "bad"}, Spec: spec})
		if !apierrors.IsInvalid(err) {
			return "", fmt.Errorf("creating %v: %w", spec, err)
		}
		words += err.Error() + "; "
	}
	return words, nil
}

func leaderHandsOver(ctx context.Context, w *world) (string, error) {
	second, err := w.newManager()
	if err != nil {
		return "", err
	}
	stopSecond := start(second)
	select {
	case <-second.Elected():
		return "", errors.New("two leaders")
	case <-time.After(3 * time.Second):
	}
	if err := w.stopManager(); err != nil {
		return "", fmt.Errorf("the first manager ended: %w", err)
	}
	select {
	case <-second.Elected():
	case <-ctx.Done():
		return "", errors.New("nobody took over")
	}
	w.manager, w.stopManager = second, stopSecond
	return "the second took over", nil
}

func finalizerDeletes(ctx context.Context, w *world) (string, error) {
	if err := w.client.Delete(ctx, &Widget{ObjectMeta: meta.ObjectMeta{Namespace: w.namespace, Name: "one"}}); err != nil {
		return "", err
	}
	select {
	case <-w.finalized:
	case <-ctx.Done():
		return "", errors.New("the finalizer was not seen")
	}
	return "widget, deployment and config map are gone", eventually(ctx, func() error {
		for _, object := range []client.Object{&Widget{}, &apps.Deployment{}, &core.ConfigMap{}} {
			if err := w.client.Get(ctx, w.key("one"), object); !apierrors.IsNotFound(err) {
				return fmt.Errorf("%T: %w", object, errors.Join(errors.New("still there"), err))
			}
		}
		return nil
	})
}

func deleteNamespace(ctx context.Context, w *world) (string, error) {
	if err := w.client.Create(ctx, &Widget{ObjectMeta: meta.ObjectMeta{Namespace: w.namespace, Name: "two"}, Spec: WidgetSpec{Replicas: 1}}); err != nil {
		return "", err
	}
	if err := w.untilReady(ctx, "two", 1); err != nil {
		return "", err
	}
	namespace := &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: w.namespace}}
	if err := w.client.Delete(ctx, namespace); err != nil {
		return "", err
	}
	return "with a widget in it", eventually(ctx, func() error {
		if err := w.client.Get(ctx, client.ObjectKey{Name: w.namespace}, namespace); !apierrors.IsNotFound(err) {
			return errors.Join(errors.New("still there"), err)
		}
		return nil
	})
}

func uninstallDefinition(ctx context.Context, w *world) (string, error) {
	if err := w.client.Delete(ctx, definition()); err != nil {
		return "", err
	}
	return "", eventually(ctx, func() error {
		if err := w.client.Get(ctx, client.ObjectKey{Name: definitionName}, definition()); !apierrors.IsNotFound(err) {
			return errors.Join(errors.New("still there"), err)
		}
		return nil
	})
}
