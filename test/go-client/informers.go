package main

import (
	"context"
	"fmt"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/retry"
)

var informerChecks = []check{
	{"informer.configmaps", configMapInformer},
	{"informer.pods", podInformer},
	{"informer.deployments", deploymentInformer},
	{"informer.dynamic", dynamicInformer},
	{"informer.metadata", metadataInformer},
	{"informer.initial", initialObjects},
	{"protobuf.answers", protobufAnswers},
}

// sightings are what an informer's handlers were told.
type sightings struct {
	lock                    sync.Mutex
	added, updated, deleted map[string]int
}

func watchInformer(informer cache.SharedIndexInformer) (*sightings, error) {
	s := &sightings{added: map[string]int{}, updated: map[string]int{}, deleted: map[string]int{}}
	note := func(counts map[string]int, object any) {
		key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object)
		if err != nil {
			panic(err)
		}
		s.lock.Lock()
		defer s.lock.Unlock()
		counts[key]++
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { note(s.added, object) },
		UpdateFunc: func(_, object any) { note(s.updated, object) },
		DeleteFunc: func(object any) { note(s.deleted, object) },
	})
	return s, err
}

func (s *sightings) of(key string) (added, updated, deleted int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.added[key], s.updated[key], s.deleted[key]
}

// life is what one object goes through; each step has to reach the informer before the next.
type life struct {
	name    string
	create  func() error
	changes []change
	delete  func() error
}

// change has to show in the informer's store: seen says whether its object has it.
type change struct {
	what string
	make func() error
	seen func(object any) bool
}

func (l life) lead(ctx context.Context, c *cluster, informer cache.SharedIndexInformer, start func()) (string, error) {
	key := c.namespace + "/" + l.name
	seen, err := watchInformer(informer)
	if err != nil {
		return "", err
	}
	start()
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return "", fmt.Errorf("the informer does not sync")
	}
	if err := l.create(); err != nil {
		return "", fmt.Errorf("create: %w", err)
	}
	if err := eventually(ctx, "ADDED", func() (bool, error) { added, _, _ := seen.of(key); return added > 0, nil }); err != nil {
		return "", err
	}
	for _, change := range l.changes {
		if err := change.make(); err != nil {
			return "", fmt.Errorf("%s: %w", change.what, err)
		}
		err := eventually(ctx, "MODIFIED by "+change.what, func() (bool, error) {
			object, exists, err := informer.GetStore().GetByKey(key)
			return exists && change.seen(object), err
		})
		if err != nil {
			return "", err
		}
	}
	if err := l.delete(); err != nil {
		return "", fmt.Errorf("delete: %w", err)
	}
	if err := eventually(ctx, "DELETED", func() (bool, error) { _, _, deleted := seen.of(key); return deleted > 0, nil }); err != nil {
		return "", err
	}
	added, updated, deleted := seen.of(key)
	if added != 1 || updated < len(l.changes) || deleted != 1 {
		return "", fmt.Errorf("%d added, %d updated, %d deleted", added, updated, deleted)
	}
	if _, exists, _ := informer.GetStore().GetByKey(key); exists {
		return "", fmt.Errorf("the store still has it")
	}
	return fmt.Sprintf("%d added, %d updated, %d deleted", added, updated, deleted), nil
}

func (c *cluster) factory() informers.SharedInformerFactory {
	return informers.NewSharedInformerFactoryWithOptions(c.typed, 0, informers.WithNamespace(c.namespace))
}

func configMapInformer(ctx context.Context, c *cluster) (string, error) {
	factory := c.factory()
	defer factory.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lister := factory.Core().V1().ConfigMaps().Lister().ConfigMaps(c.namespace)
	text := func(wanted string) func(any) bool {
		return func(any) bool {
			found, err := lister.Get("watched")
			return err == nil && found.Data["text"] == wanted && string(found.BinaryData["bytes"]) == "\x00\x01\xfe\xff"
		}
	}
	patch := func(kind types.PatchType, body string) func() error {
		return func() error {
			_, err := c.configMaps().Patch(ctx, "watched", kind, []byte(body), metav1.PatchOptions{})
			return err
		}
	}
	return life{
		name: "watched",
		create: func() error {
			_, err := c.configMaps().Create(ctx, configMap("watched", nil), metav1.CreateOptions{})
			return err
		},
		changes: []change{
			{"an update", func() error {
				return retry.RetryOnConflict(retry.DefaultRetry, func() error {
					found, err := c.configMaps().Get(ctx, "watched", metav1.GetOptions{})
					if err != nil {
						return err
					}
					found.Data["text"] = "updated"
					_, err = c.configMaps().Update(ctx, found, metav1.UpdateOptions{})
					return err
				})
			}, text("updated")},
			{"a merge patch", patch(types.MergePatchType, `{"data":{"text":"merged"}}`), text("merged")},
			{"a JSON patch", patch(types.JSONPatchType, `[{"op":"test","path":"/data/text","value":"merged"},{"op":"replace","path":"/data/text","value":"patched"}]`), text("patched")},
			{"a strategic merge patch", patch(types.StrategicMergePatchType, `{"data":{"text":"strategic"}}`), text("strategic")},
		},
		delete: func() error { return c.configMaps().Delete(ctx, "watched", metav1.DeleteOptions{}) },
	}.lead(ctx, c, factory.Core().V1().ConfigMaps().Informer(), func() { factory.Start(ctx.Done()) })
}

func podInformer(ctx context.Context, c *cluster) (string, error) {
	factory := c.factory()
	defer factory.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lister := factory.Core().V1().Pods().Lister().Pods(c.namespace)
	return life{
		name: "watched",
		create: func() error {
			created, err := c.pods().Create(ctx, pod("watched"), metav1.CreateOptions{})
			if err == nil && (created.Spec.RestartPolicy != "Always" || created.Spec.Containers[0].TerminationMessagePath == "" || created.Status.QOSClass != "BestEffort") {
				err = fmt.Errorf("a pod without its defaults: %v", created)
			}
			return err
		},
		changes: []change{{"a strategic merge patch of one container", func() error {
			body := `{"metadata":{"labels":{"changed":"yes"}},"spec":{"containers":[{"name":"side","image":"pause:3.9"}]}}`
			_, err := c.pods().Patch(ctx, "watched", types.StrategicMergePatchType, []byte(body), metav1.PatchOptions{})
			return err
		}, func(any) bool {
			found, err := lister.List(labels.SelectorFromSet(labels.Set{"changed": "yes"}))
			return err == nil && len(found) == 1 && len(found[0].Spec.Containers) == 2 &&
				found[0].Spec.Containers[0].Image == "pause:3.10" && found[0].Spec.Containers[1].Image == "pause:3.9"
		}}},
		delete: func() error { return c.pods().Delete(ctx, "watched", metav1.DeleteOptions{}) },
	}.lead(ctx, c, factory.Core().V1().Pods().Informer(), func() { factory.Start(ctx.Done()) })
}

func deploymentInformer(ctx context.Context, c *cluster) (string, error) {
	factory := c.factory()
	defer factory.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lister := factory.Apps().V1().Deployments().Lister().Deployments(c.namespace)
	return life{
		name: "watched",
		create: func() error {
			created, err := c.deployments().Create(ctx, deployment("watched"), metav1.CreateOptions{})
			if err == nil && (created.Generation != 1 || created.Spec.RevisionHistoryLimit == nil || *created.Spec.RevisionHistoryLimit != 10) {
				err = fmt.Errorf("generation %d, history %v", created.Generation, created.Spec.RevisionHistoryLimit)
			}
			return err
		},
		changes: []change{{"an update of its template", func() error {
			return retry.RetryOnConflict(retry.DefaultRetry, func() error {
				found, err := c.deployments().Get(ctx, "watched", metav1.GetOptions{})
				if err != nil {
					return err
				}
				found.Spec.Template.Spec.Containers[0].Image = "pause:3.9"
				_, err = c.deployments().Update(ctx, found, metav1.UpdateOptions{})
				return err
			})
		}, func(any) bool {
			found, err := lister.Get("watched")
			return err == nil && found.Generation == 2 && found.Spec.Template.Spec.Containers[0].Image == "pause:3.9"
		}}},
		delete: func() error { return c.deployments().Delete(ctx, "watched", metav1.DeleteOptions{}) },
	}.lead(ctx, c, factory.Apps().V1().Deployments().Informer(), func() { factory.Start(ctx.Done()) })
}

// dynamicInformer sees, as plain JSON, what it writes as plain JSON.
func dynamicInformer(ctx context.Context, c *cluster) (string, error) {
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(c.dynamic, 0, c.namespace, nil)
	defer factory.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := c.dynamic.Resource(configMapsResource).Namespace(c.namespace)
	return life{
		name: "dynamic",
		create: func() error {
			_, err := client.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "dynamic"}, "data": map[string]any{"text": "first"},
			}}, metav1.CreateOptions{})
			return err
		},
		changes: []change{{"an update", func() error {
			return retry.RetryOnConflict(retry.DefaultRetry, func() error {
				found, err := client.Get(ctx, "dynamic", metav1.GetOptions{})
				if err != nil {
					return err
				}
				if err := unstructured.SetNestedField(found.Object, "updated", "data", "text"); err != nil {
					return err
				}
				_, err = client.Update(ctx, found, metav1.UpdateOptions{})
				return err
			})
		}, func(object any) bool {
			found, ok := object.(*unstructured.Unstructured)
			if !ok || found.GetKind() != "ConfigMap" {
				return false
			}
			text, _, _ := unstructured.NestedString(found.Object, "data", "text")
			return text == "updated"
		}}},
		delete: func() error { return client.Delete(ctx, "dynamic", metav1.DeleteOptions{}) },
	}.lead(ctx, c, factory.ForResource(configMapsResource).Informer(), func() { factory.Start(ctx.Done()) })
}

// metadataInformer sees metadata only, as garbage collectors and controller-runtime's metadata caches do.
func metadataInformer(ctx context.Context, c *cluster) (string, error) {
	factory := metadatainformer.NewFilteredSharedInformerFactory(c.metadata, 0, c.namespace, nil)
	defer factory.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return life{
		name: "metadata-only",
		create: func() error {
			_, err := c.configMaps().Create(ctx, configMap("metadata-only", nil), metav1.CreateOptions{})
			return err
		},
		changes: []change{{"a patch through the metadata client", func() error {
			body := []byte(`{"metadata":{"labels":{"changed":"yes"}}}`)
			_, err := c.metadata.Resource(configMapsResource).Namespace(c.namespace).Patch(ctx, "metadata-only", types.MergePatchType, body, metav1.PatchOptions{})
			return err
		}, func(object any) bool {
			found, ok := object.(*metav1.PartialObjectMetadata)
			return ok && found.Labels["changed"] == "yes"
		}}},
		delete: func() error { return c.configMaps().Delete(ctx, "metadata-only", metav1.DeleteOptions{}) },
	}.lead(ctx, c, factory.ForResource(configMapsResource).Informer(), func() { factory.Start(ctx.Done()) })
}

// initialObjects: an informer that comes late has all that was there before it reports to be in sync, typed and dynamic alike.
func initialObjects(ctx context.Context, c *cluster) (string, error) {
	const count = 30
	for i := range count {
		if _, err := c.configMaps().Create(ctx, configMap(fmt.Sprintf("initial-%02d", i), map[string]string{"set": "initial"}), metav1.CreateOptions{}); err != nil {
			return "", err
		}
	}
	selectSet := func(options *metav1.ListOptions) { options.LabelSelector = "set=initial" }
	typed := informers.NewSharedInformerFactoryWithOptions(c.typed, 0, informers.WithNamespace(c.namespace), informers.WithTweakListOptions(selectSet))
	defer typed.Shutdown()
	untyped := dynamicinformer.NewFilteredDynamicSharedInformerFactory(c.dynamic, 0, c.namespace, selectSet)
	defer untyped.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	one, other := typed.Core().V1().ConfigMaps().Informer(), untyped.ForResource(configMapsResource).Informer()
	typed.Start(ctx.Done())
	untyped.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), one.HasSynced, other.HasSynced) {
		return "", fmt.Errorf("the informers do not sync")
	}
	if len(one.GetStore().ListKeys()) != count || len(other.GetStore().ListKeys()) != count {
		return "", fmt.Errorf("%d typed and %d dynamic objects instead of %d", len(one.GetStore().ListKeys()), len(other.GetStore().ListKeys()), count)
	}
	for _, object := range one.GetStore().List() {
		key, _ := cache.MetaNamespaceKeyFunc(object)
		dynamicObject, _, _ := other.GetStore().GetByKey(key)
		if err := sameContent(object, dynamicObject); err != nil {
			return "", fmt.Errorf("%s: %w", key, err)
		}
	}
	return fmt.Sprintf("%d objects, the same in protobuf and JSON", count), nil
}

// sameContent compares an object that came as protobuf with one that came as JSON.
func sameContent(typed, untyped any) error {
	converted, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return err
	}
	// Typed objects of lists don't name their kind.
	object, ok := untyped.(*unstructured.Unstructured)
	if !ok {
		return fmt.Errorf("a %T instead of an unstructured object", untyped)
	}
	other := object.DeepCopy().Object
	for _, content := range []map[string]any{converted, other} {
		delete(content, "kind")
		delete(content, "apiVersion")
	}
	if one, two := canonical(converted), canonical(other); one != two {
		return fmt.Errorf("protobuf %s, JSON %s", one, two)
	}
	return nil
}

// protobufAnswers: the typed client was answered in what it asked for, lists and watches too.
func protobufAnswers(_ context.Context, c *cluster) (string, error) {
	plain, streams := c.answers.of(runtime.ContentTypeProtobuf), c.answers.of(runtime.ContentTypeProtobuf+";stream=watch")
	if plain == 0 || streams == 0 || plain == streams {
		return "", fmt.Errorf("answers by content type: %v", c.answers.types)
	}
	if json := c.answers.of(runtime.ContentTypeJSON); json > 0 {
		return "", fmt.Errorf("%d answers in JSON: %v", json, c.answers.types)
	}
	return fmt.Sprintf("%d answers, %d of them watches", plain, streams), nil
}
