package main

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	typedappsv1 "k8s.io/client-go/kubernetes/typed/apps/v1"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/utils/ptr"
)

var configMapsResource = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

func (c *cluster) configMaps() typedcorev1.ConfigMapInterface {
	return c.typed.CoreV1().ConfigMaps(c.namespace)
}

func (c *cluster) pods() typedcorev1.PodInterface {
	return c.typed.CoreV1().Pods(c.namespace)
}

func (c *cluster) deployments() typedappsv1.DeploymentInterface {
	return c.typed.AppsV1().Deployments(c.namespace)
}

func configMap(name string, labels map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Data:       map[string]string{"text": "first"},
		BinaryData: map[string][]byte{"bytes": {0, 1, 254, 255}},
	}
}

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{
		TerminationGracePeriodSeconds: ptr.To[int64](1),
		Containers: []corev1.Container{
			{Name: "main", Image: "pause:3.10"},
			{Name: "side", Image: "pause:3.10"},
		},
	}
}

func pod(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: podSpec()}
}

// deployment wants no pods: what is checked is the object.
func deployment(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To[int32](0),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec()},
		},
	}
}
