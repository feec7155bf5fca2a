package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	pollEvery = 20 * time.Millisecond
	// A cluster's own controllers act within this.
	controllerTimeout = 30 * time.Second
)

// cluster is a cluster with the clients that operators have: typed ones that speak protobuf, dynamic ones that speak JSON.
type cluster struct {
	config    *rest.Config
	typed     kubernetes.Interface
	dynamic   dynamic.Interface
	metadata  metadata.Interface
	namespace string
	answers   *answers
}

// answers remembers in which encodings the typed client was answered.
type answers struct {
	http.RoundTripper
	lock  sync.Mutex
	types map[string]int
}

func (a *answers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := a.RoundTripper.RoundTrip(request)
	if err == nil {
		a.lock.Lock()
		defer a.lock.Unlock()
		a.types[response.Header.Get("Content-Type")]++
	}
	return response, err
}

func (a *answers) of(contentType string) int {
	a.lock.Lock()
	defer a.lock.Unlock()
	count := 0
	for answered, times := range a.types {
		if strings.HasPrefix(answered, contentType) {
			count += times
		}
	}
	return count
}

func connect(kubeconfig string) (*cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 500, 1000
	config.UserAgent = "sublet-go-client"
	c := &cluster{config: config, answers: &answers{types: map[string]int{}}}
	protobuf := rest.CopyConfig(config)
	protobuf.ContentType = runtime.ContentTypeProtobuf
	protobuf.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	// The metadata and dynamic clients choose their encodings themselves: protobuf first, and JSON.
	if c.metadata, err = metadata.NewForConfig(config); err != nil {
		return nil, err
	}
	if c.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	protobuf.Wrap(func(next http.RoundTripper) http.RoundTripper {
		c.answers.RoundTripper = next
		return c.answers
	})
	c.typed, err = kubernetes.NewForConfig(protobuf)
	return c, err
}

// makeNamespace makes the one that all checks work in, and waits for what pods in it need.
func makeNamespace(ctx context.Context, c *cluster) (string, error) {
	namespace, err := c.typed.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "go-client-"},
	}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	c.namespace = namespace.Name
	if namespace.Labels["kubernetes.io/metadata.name"] != namespace.Name {
		return "", fmt.Errorf("labels %v instead of the namespace's name", namespace.Labels)
	}
	return namespace.Name, eventually(ctx, "the default service account", func() (bool, error) {
		_, err := c.typed.CoreV1().ServiceAccounts(c.namespace).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, ignoreNotFound(err)
	})
}

// deleteNamespace leaves an object in it, which must go with it.
func deleteNamespace(ctx context.Context, c *cluster) (string, error) {
	if _, err := c.configMaps().Create(ctx, configMap("left", nil), metav1.CreateOptions{}); err != nil {
		return "", err
	}
	if err := c.typed.CoreV1().Namespaces().Delete(ctx, c.namespace, metav1.DeleteOptions{}); err != nil {
		return "", err
	}
	err := eventually(ctx, "the namespace's end", func() (bool, error) {
		_, err := c.typed.CoreV1().Namespaces().Get(ctx, c.namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err), ignoreNotFound(err)
	})
	if err != nil {
		return "", err
	}
	if _, err := c.configMaps().Get(ctx, "left", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("a config map of the deleted namespace answers %v", err)
	}
	return "gone with what was in it", nil
}

// eventually polls until seen says so; its error ends the wait.
func eventually(ctx context.Context, what string, seen func() (bool, error)) error {
	err := wait.PollUntilContextTimeout(ctx, pollEvery, controllerTimeout, true, func(context.Context) (bool, error) { return seen() })
	if wait.Interrupted(err) {
		return fmt.Errorf("not seen in %s: %s", controllerTimeout, what)
	}
	return err
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
