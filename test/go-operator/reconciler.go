package main

import (
	"context"
	"fmt"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	fieldManager = "widget-operator"
	finalizer    = "operator.sublet.dev/finalizer"
	widgetLabel  = "operator.sublet.dev/widget"
	ownerIndex   = "widget"
)

// reconciler makes of each Widget a Deployment (by server-side apply) and a ConfigMap (by create or update), and tells its status.
type reconciler struct {
	client.Client
	events events.EventRecorder
	// The names of widgets whose finalizers ran.
	finalized chan string
}

func (r *reconciler) setup(mgr ctrl.Manager) error {
	secretOf := handler.EnqueueRequestsFromMapFunc(func(_ context.Context, object client.Object) []reconcile.Request {
		name := object.GetLabels()[widgetLabel]
		if name == "" {
			return nil
		}
		return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: object.GetNamespace(), Name: name}}}
	})
	return ctrl.NewControllerManagedBy(mgr).
		For(&Widget{}).
		Owns(&apps.Deployment{}).
		Owns(&core.ConfigMap{}).
		WatchesMetadata(&core.Secret{}, secretOf).
		Complete(r)
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	widget := &Widget{}
	if err := r.Get(ctx, request.NamespacedName, widget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !widget.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.finalize(ctx, widget)
	}
	if controllerutil.AddFinalizer(widget, finalizer) {
		return ctrl.Result{}, r.Update(ctx, widget)
	}
	if err := r.applyDeployment(ctx, widget); err != nil {
		return ctrl.Result{}, err
	}
	config := &core.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: widget.Namespace, Name: widget.Name}}
	done, err := controllerutil.CreateOrUpdate(ctx, r.Client, config, func() error {
		config.Data = map[string]string{"greeting": widget.Spec.Greeting, "colour": widget.Spec.Colour}
		return controllerutil.SetControllerReference(widget, config, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if done == controllerutil.OperationResultCreated {
		r.events.Eventf(widget, config, core.EventTypeNormal, "Configured", "Configure", "wrote %s", config.Name)
	}
	return ctrl.Result{}, r.tellStatus(ctx, widget)
}

func (r *reconciler) applyDeployment(ctx context.Context, widget *Widget) error {
	labels := map[string]string{widgetLabel: widget.Name}
	owner := applymeta.OwnerReference().WithAPIVersion(groupVersion.String()).WithKind("Widget").WithName(widget.Name).
		WithUID(widget.UID).WithController(true).WithBlockOwnerDeletion(true)
	container := applycore.Container().WithName("greeter").WithImage("greeter:1").
		WithEnv(applycore.EnvVar().WithName("GREETING").WithValue(widget.Spec.Greeting))
	template := applycore.PodTemplateSpec().WithLabels(labels).WithSpec(applycore.PodSpec().WithContainers(container))
	deployment := applyapps.Deployment(widget.Name, widget.Namespace).WithLabels(labels).WithOwnerReferences(owner).
		WithSpec(applyapps.DeploymentSpec().WithReplicas(widget.Spec.Replicas).
			WithSelector(applymeta.LabelSelector().WithMatchLabels(labels)).WithTemplate(template))
	return r.Apply(ctx, deployment, client.FieldOwner(fieldManager), client.ForceOwnership)
}

func (r *reconciler) tellStatus(ctx context.Context, widget *Widget) error {
	deployment := &apps.Deployment{}
	if err := r.Get(ctx, client.ObjectKeyFromObject(widget), deployment); err != nil {
		return client.IgnoreNotFound(err)
	}
	secrets := &metav1.PartialObjectMetadataList{}
	secrets.SetGroupVersionKind(core.SchemeGroupVersion.WithKind("SecretList"))
	if err := r.List(ctx, secrets, client.InNamespace(widget.Namespace), client.MatchingLabels{widgetLabel: widget.Name}); err != nil {
		return err
	}
	before := widget.DeepCopy()
	widget.Status.ObservedGeneration = widget.Generation
	widget.Status.ReadyReplicas = deployment.Status.ReadyReplicas
	widget.Status.Secrets = int32(len(secrets.Items))
	ready := metav1.ConditionFalse
	if deployment.Status.ReadyReplicas == widget.Spec.Replicas {
		ready = metav1.ConditionTrue
	}
	meta.SetStatusCondition(&widget.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: ready, Reason: "Counted", Message: fmt.Sprintf("%d ready", widget.Status.ReadyReplicas),
	})
	return r.Status().Patch(ctx, widget, client.MergeFrom(before))
}

func (r *reconciler) finalize(ctx context.Context, widget *Widget) error {
	if !controllerutil.ContainsFinalizer(widget, finalizer) {
		return nil
	}
	before := widget.DeepCopy()
	controllerutil.RemoveFinalizer(widget, finalizer)
	if err := r.Patch(ctx, widget, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return client.IgnoreNotFound(err)
	}
	select {
	case r.finalized <- widget.Name:
	default:
	}
	return nil
}
