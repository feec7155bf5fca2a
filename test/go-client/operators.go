package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
)

var operatorChecks = []check{
	{"operator.leaderElection", leaderElection},
	{"operator.events", events},
	{"operator.owner", ownerReference},
}

// leaderElection: of two, one leads; when it lets go, the other does.
func leaderElection(ctx context.Context, c *cluster) (string, error) {
	led := make(chan string, 2)
	candidate := func(ctx context.Context, identity string) error {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, c.namespace, "leader", c.typed.CoreV1(), c.typed.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: identity})
		if err != nil {
			return err
		}
		elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
			Lock:            lock,
			LeaseDuration:   3 * time.Second,
			RenewDeadline:   2 * time.Second,
			RetryPeriod:     200 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { led <- identity },
				OnStoppedLeading: func() {},
			},
		})
		if err != nil {
			return err
		}
		go elector.Run(ctx)
		return nil
	}
	next := func(wanted string) error {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not come to lead", wanted)
		case leader := <-led:
			if leader != wanted {
				return fmt.Errorf("%s leads instead of %s", leader, wanted)
			}
			return nil
		}
	}
	first, resign := context.WithCancel(ctx)
	defer resign()
	if err := candidate(first, "first"); err != nil {
		return "", err
	}
	if err := next("first"); err != nil {
		return "", err
	}
	if err := candidate(ctx, "second"); err != nil {
		return "", err
	}
	select {
	case leader := <-led:
		return "", fmt.Errorf("%s leads beside the first", leader)
	case <-time.After(time.Second):
	}
	resign()
	return "the second after the first", next("second")
}

// events: the same event twice is one object that counts, by a patch.
func events(ctx context.Context, c *cluster) (string, error) {
	subject, err := c.configMaps().Create(ctx, configMap("subject", nil), metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: c.typed.CoreV1().Events(c.namespace)})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "go-client"})
	recorder.Event(subject, corev1.EventTypeNormal, "Checked", "seen")
	recorder.Event(subject, corev1.EventTypeNormal, "Checked", "seen")
	selector := fmt.Sprintf("involvedObject.name=subject,involvedObject.uid=%s,reason=Checked", subject.UID)
	return "counted", eventually(ctx, "an event with a count of 2", func() (bool, error) {
		found, err := c.typed.CoreV1().Events(c.namespace).List(ctx, metav1.ListOptions{FieldSelector: selector})
		if err != nil {
			return false, err
		}
		if len(found.Items) > 1 {
			return false, fmt.Errorf("%d events instead of one", len(found.Items))
		}
		return len(found.Items) == 1 && found.Items[0].Count == 2 && found.Items[0].Source.Component == "go-client", nil
	})
}

// ownerReference: who loses its owner is collected.
func ownerReference(ctx context.Context, c *cluster) (string, error) {
	owner, err := c.configMaps().Create(ctx, configMap("owner", nil), metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	owned := configMap("owned", nil)
	owned.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(owner, corev1.SchemeGroupVersion.WithKind("ConfigMap"))}
	if _, err := c.configMaps().Create(ctx, owned, metav1.CreateOptions{}); err != nil {
		return "", err
	}
	if err := c.configMaps().Delete(ctx, "owner", metav1.DeleteOptions{}); err != nil {
		return "", err
	}
	return "collected", eventually(ctx, "the end of what lost its owner", func() (bool, error) {
		_, err := c.configMaps().Get(ctx, "owned", metav1.GetOptions{})
		return apierrors.IsNotFound(err), ignoreNotFound(err)
	})
}
