package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"
)

var writeChecks = []check{
	{"write.conflict", staleUpdate},
	{"write.retry", concurrentUpdates},
	{"write.errors", errorReasons},
	{"write.invalid", invalidObject},
	{"write.preconditions", preconditions},
	{"write.dryRun", dryRun},
	{"write.finalizer", finalizer},
	{"write.status", statusSubresource},
	{"write.scale", scaleSubresource},
	{"write.apply", serverSideApply},
}

// staleUpdate: who writes what they read before another wrote, is told so.
func staleUpdate(ctx context.Context, c *cluster) (string, error) {
	stale, err := c.configMaps().Create(ctx, configMap("stale", nil), metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	fresh := stale.DeepCopy()
	fresh.Data["text"] = "fresh"
	if fresh, err = c.configMaps().Update(ctx, fresh, metav1.UpdateOptions{}); err != nil {
		return "", err
	}
	if fresh.ResourceVersion == stale.ResourceVersion {
		return "", fmt.Errorf("an update kept the resource version")
	}
	stale.Data["text"] = "stale"
	_, err = c.configMaps().Update(ctx, stale, metav1.UpdateOptions{})
	if !apierrors.IsConflict(err) {
		return "", fmt.Errorf("a stale update got: %v", err)
	}
	unchanged, again := c.configMaps().Update(ctx, fresh, metav1.UpdateOptions{})
	if again != nil || unchanged.ResourceVersion != fresh.ResourceVersion {
		return "", fmt.Errorf("an update that changes nothing wrote all the same: %v", again)
	}
	return err.Error(), nil
}

// concurrentUpdates counts with many hands; no count may be lost.
func concurrentUpdates(ctx context.Context, c *cluster) (string, error) {
	const writers, rounds = 8, 5
	if _, err := c.configMaps().Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "counter"}, Data: map[string]string{"count": "0"}}, metav1.CreateOptions{}); err != nil {
		return "", err
	}
	patience := retry.DefaultBackoff
	patience.Steps, patience.Factor, patience.Jitter = 200, 1, 1
	conflicts := 0
	failures := make([]error, writers)
	var lock sync.Mutex
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for range rounds {
				err := retry.RetryOnConflict(patience, func() error {
					counter, err := c.configMaps().Get(ctx, "counter", metav1.GetOptions{})
					if err != nil {
						return err
					}
					count, _ := strconv.Atoi(counter.Data["count"])
					counter.Data["count"] = strconv.Itoa(count + 1)
					_, err = c.configMaps().Update(ctx, counter, metav1.UpdateOptions{})
					if apierrors.IsConflict(err) {
						lock.Lock()
						conflicts++
						lock.Unlock()
					}
					return err
				})
				if err != nil {
					failures[writer] = err
					return
				}
			}
		})
	}
	group.Wait()
	for _, err := range failures {
		if err != nil {
			return "", err
		}
	}
	counter, err := c.configMaps().Get(ctx, "counter", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if counter.Data["count"] != strconv.Itoa(writers*rounds) {
		return "", fmt.Errorf("%s of %d counts", counter.Data["count"], writers*rounds)
	}
	return fmt.Sprintf("%s counts, %d conflicts", counter.Data["count"], conflicts), nil
}

func errorReasons(ctx context.Context, c *cluster) (string, error) {
	if _, err := c.configMaps().Get(ctx, "absent", metav1.GetOptions{}); !apierrors.IsNotFound(err) || err.Error() != `configmaps "absent" not found` {
		return "", fmt.Errorf("getting what is not there: %v", err)
	}
	if err := c.configMaps().Delete(ctx, "absent", metav1.DeleteOptions{}); !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("deleting what is not there: %v", err)
	}
	if _, err := c.configMaps().Create(ctx, configMap("twice", nil), metav1.CreateOptions{}); err != nil {
		return "", err
	}
	if _, err := c.configMaps().Create(ctx, configMap("twice", nil), metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) || err.Error() != `configmaps "twice" already exists` {
		return "", fmt.Errorf("creating twice: %v", err)
	}
	if _, err := c.typed.CoreV1().ConfigMaps("no-such-namespace").Create(ctx, configMap("homeless", nil), metav1.CreateOptions{}); !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("creating in no namespace: %v", err)
	}
	_, err := c.configMaps().Patch(ctx, "twice", types.JSONPatchType, []byte(`[{"op":"test","path":"/data/text","value":"no"}]`), metav1.PatchOptions{})
	if !apierrors.IsInvalid(err) {
		return "", fmt.Errorf("a JSON patch whose test fails: %v", err)
	}
	return "not found, already exists, invalid", nil
}

// invalidObject: each wrong field is named, so that tools can point at it.
func invalidObject(ctx context.Context, c *cluster) (string, error) {
	wrong := deployment("wrong")
	wrong.Spec.Template.Labels = map[string]string{"app": "other"}
	wrong.Spec.Template.Spec.Containers[0].Name = "Not_A_Label"
	_, err := c.deployments().Create(ctx, wrong, metav1.CreateOptions{})
	status, isStatus := err.(apierrors.APIStatus)
	if !apierrors.IsInvalid(err) || !isStatus || status.Status().Details == nil {
		return "", fmt.Errorf("an invalid deployment got: %v", err)
	}
	fields := map[string]bool{}
	for _, cause := range status.Status().Details.Causes {
		fields[cause.Field] = true
	}
	if !fields["spec.template.metadata.labels"] || !fields["spec.template.spec.containers[0].name"] {
		return "", fmt.Errorf("causes %v", status.Status().Details.Causes)
	}
	return err.Error(), nil
}

func preconditions(ctx context.Context, c *cluster) (string, error) {
	created, err := c.configMaps().Create(ctx, configMap("guarded", nil), metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	wrongUID := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: ptr.To(types.UID("another"))}}
	if err := c.configMaps().Delete(ctx, "guarded", wrongUID); !apierrors.IsConflict(err) {
		return "", fmt.Errorf("deleting another UID: %v", err)
	}
	right := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &created.UID, ResourceVersion: &created.ResourceVersion}}
	if err := c.configMaps().Delete(ctx, "guarded", right); err != nil {
		return "", err
	}
	return "UID and resource version", nil
}

func dryRun(ctx context.Context, c *cluster) (string, error) {
	created, err := c.deployments().Create(ctx, deployment("dry"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return "", err
	}
	if created.UID == "" || created.Spec.Strategy.Type != "RollingUpdate" {
		return "", fmt.Errorf("a dry run answers without defaults: %v", created)
	}
	if _, err := c.deployments().Get(ctx, "dry", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("a dry run was stored: %v", err)
	}
	return "answered in full, not stored", nil
}

// finalizer: who holds one is waited for.
func finalizer(ctx context.Context, c *cluster) (string, error) {
	held := configMap("held", nil)
	held.Finalizers = []string{"example.com/held"}
	if _, err := c.configMaps().Create(ctx, held, metav1.CreateOptions{}); err != nil {
		return "", err
	}
	if err := c.configMaps().Delete(ctx, "held", metav1.DeleteOptions{}); err != nil {
		return "", err
	}
	held, err := c.configMaps().Get(ctx, "held", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if held.DeletionTimestamp == nil || held.DeletionGracePeriodSeconds == nil || *held.DeletionGracePeriodSeconds != 0 {
		return "", fmt.Errorf("deleted without a deletion timestamp: %v", held.ObjectMeta)
	}
	held.Finalizers = nil
	if _, err := c.configMaps().Update(ctx, held, metav1.UpdateOptions{}); err != nil {
		return "", err
	}
	if _, err := c.configMaps().Get(ctx, "held", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("there without its finalizer: %v", err)
	}
	return "waited for, then gone", nil
}

// statusSubresource: the two halves of an object are written separately. A service's conditions are nobody's yet, so no controller interferes.
func statusSubresource(ctx context.Context, c *cluster) (string, error) {
	service, err := c.typed.CoreV1().Services(c.namespace).Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "halves"},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	if service.Spec.ClusterIP == "" || service.Spec.Ports[0].TargetPort.IntVal != 80 || service.Spec.Ports[0].Protocol != "TCP" {
		return "", fmt.Errorf("a service without its defaults: %v", service.Spec)
	}
	condition := metav1.Condition{Type: "Checked", Status: "True", Reason: "Here", LastTransitionTime: metav1.Now()}
	written := service.DeepCopy()
	written.Spec.Ports[0].Port = 81
	written.Status.Conditions = []metav1.Condition{condition}
	if written, err = c.typed.CoreV1().Services(c.namespace).UpdateStatus(ctx, written, metav1.UpdateOptions{}); err != nil {
		return "", err
	}
	if written.Spec.Ports[0].Port != 80 || len(written.Status.Conditions) != 1 {
		return "", fmt.Errorf("a status update wrote port %d and %d conditions", written.Spec.Ports[0].Port, len(written.Status.Conditions))
	}
	written.Spec.Ports[0].Port = 81
	written.Status.Conditions = nil
	if written, err = c.typed.CoreV1().Services(c.namespace).Update(ctx, written, metav1.UpdateOptions{}); err != nil {
		return "", err
	}
	if written.Spec.Ports[0].Port != 81 || len(written.Status.Conditions) != 1 {
		return "", fmt.Errorf("an update wrote port %d and %d conditions", written.Spec.Ports[0].Port, len(written.Status.Conditions))
	}
	return "each writes its half", nil
}

func scaleSubresource(ctx context.Context, c *cluster) (string, error) {
	if _, err := c.deployments().Create(ctx, deployment("scaled"), metav1.CreateOptions{}); err != nil {
		return "", err
	}
	var scale *autoscalingv1.Scale
	err := retry.RetryOnConflict(retry.DefaultRetry, func() (err error) {
		if scale, err = c.deployments().GetScale(ctx, "scaled", metav1.GetOptions{}); err != nil {
			return err
		}
		scale.Spec.Replicas = 1
		scale, err = c.deployments().UpdateScale(ctx, "scaled", scale, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return "", err
	}
	if scale.Status.Selector != "app=scaled" {
		return "", fmt.Errorf("the scale selects %q", scale.Status.Selector)
	}
	scaled, err := c.deployments().Get(ctx, "scaled", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if *scaled.Spec.Replicas != 1 || scaled.Generation != 2 {
		return "", fmt.Errorf("%d replicas, generation %d", *scaled.Spec.Replicas, scaled.Generation)
	}
	return "1 replica", c.deployments().Delete(ctx, "scaled", metav1.DeleteOptions{})
}

// serverSideApply: fields have owners, and owners are asked.
func serverSideApply(ctx context.Context, c *cluster) (string, error) {
	mine := applycorev1.ConfigMap("applied", c.namespace).WithData(map[string]string{"mine": "1", "shared": "1"})
	if _, err := c.configMaps().Apply(ctx, mine, metav1.ApplyOptions{FieldManager: "me"}); err != nil {
		return "", err
	}
	theirs := applycorev1.ConfigMap("applied", c.namespace).WithData(map[string]string{"theirs": "2", "shared": "2"})
	if _, err := c.configMaps().Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "they"}); !apierrors.IsConflict(err) {
		return "", fmt.Errorf("applying another's field: %v", err)
	}
	if _, err := c.configMaps().Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "they", Force: true}); err != nil {
		return "", err
	}
	less := applycorev1.ConfigMap("applied", c.namespace).WithData(map[string]string{})
	applied, err := c.configMaps().Apply(ctx, less, metav1.ApplyOptions{FieldManager: "me"})
	if err != nil {
		return "", err
	}
	if found := canonical(applied.Data); found != `{"shared":"2","theirs":"2"}` {
		return "", fmt.Errorf("what is no longer applied is still there: %s", found)
	}
	return "conflict, force, removal", nil
}

// canonical renders a value with sorted keys.
func canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
