package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"
)

var watchChecks = []check{
	{"watch.fromVersion", watchFromVersion},
	{"watch.selector", watchSelector},
	{"watch.list", watchList},
	{"watch.timeout", watchTimeout},
	{"watch.dynamic", watchDynamic},
}

// changeSet makes one object, changes it and deletes it.
func (c *cluster) changeSet(ctx context.Context, set string) error {
	if _, err := c.configMaps().Create(ctx, configMap(set, map[string]string{"set": set}), metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, body := range []string{`{"data":{"text":"second"}}`, `{"data":{"text":"third"}}`} {
		if _, err := c.configMaps().Patch(ctx, set, types.MergePatchType, []byte(body), metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	return c.configMaps().Delete(ctx, set, metav1.DeleteOptions{})
}

// expectEvents reads the next events, bookmarks aside, and compares each with "TYPE text".
func expectEvents(ctx context.Context, watcher watch.Interface, wanted ...string) error {
	for index := 0; index < len(wanted); {
		select {
		case <-ctx.Done():
			return fmt.Errorf("no event instead of %s", wanted[index])
		case event, open := <-watcher.ResultChan():
			if !open {
				return fmt.Errorf("the watch ended instead of %s", wanted[index])
			}
			if event.Type == watch.Bookmark {
				continue
			}
			object, ok := event.Object.(*corev1.ConfigMap)
			if !ok {
				return fmt.Errorf("%s %v instead of %s", event.Type, event.Object, wanted[index])
			}
			if found := fmt.Sprintf("%s %s", event.Type, object.Data["text"]); found != wanted[index] {
				return fmt.Errorf("%s instead of %s", found, wanted[index])
			}
			index++
		}
	}
	return nil
}

// watchFromVersion: what happened since a list is told to who comes later, in order and whole.
func watchFromVersion(ctx context.Context, c *cluster) (string, error) {
	list, err := c.configMaps().List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", err
	}
	if err := c.changeSet(ctx, "from-version"); err != nil {
		return "", err
	}
	watcher, err := c.configMaps().Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	return "4 events", expectEvents(ctx, watcher, "ADDED first", "MODIFIED second", "MODIFIED third", "DELETED third")
}

// watchSelector: for who selects by labels, an object is added when it begins to match, and deleted when it ceases to.
func watchSelector(ctx context.Context, c *cluster) (string, error) {
	list, err := c.configMaps().List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", err
	}
	if _, err := c.configMaps().Create(ctx, configMap("moving", nil), metav1.CreateOptions{}); err != nil {
		return "", err
	}
	for _, body := range []string{
		`{"metadata":{"labels":{"selected":"yes"}},"data":{"text":"in"}}`,
		`{"data":{"text":"still"}}`,
		`{"metadata":{"labels":{"selected":null}},"data":{"text":"out"}}`,
		`{"metadata":{"labels":{"selected":"yes"}},"data":{"text":"again"}}`,
	} {
		if _, err := c.configMaps().Patch(ctx, "moving", types.MergePatchType, []byte(body), metav1.PatchOptions{}); err != nil {
			return "", err
		}
	}
	watcher, err := c.configMaps().Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion, LabelSelector: "selected=yes"})
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	// The deleted object is the last that matched, at the version that ended it.
	return "in, still in, out, in again", expectEvents(ctx, watcher, "ADDED in", "MODIFIED still", "DELETED still", "ADDED again")
}

// watchList: the objects that are there come first, then a bookmark that says so, then the news.
func watchList(ctx context.Context, c *cluster) (string, error) {
	if err := c.makeSet(ctx, "watch-list", 5); err != nil {
		return "", err
	}
	watcher, err := c.configMaps().Watch(ctx, metav1.ListOptions{
		LabelSelector:        "set=watch-list",
		SendInitialEvents:    ptr.To(true),
		AllowWatchBookmarks:  true,
		ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
	})
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	for seen := 0; ; {
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("no end of the initial events after %d", seen)
		case event, open := <-watcher.ResultChan():
			object, ok := event.Object.(*corev1.ConfigMap)
			if !open || !ok {
				return "", fmt.Errorf("after %d events: %s %v", seen, event.Type, event.Object)
			}
			if event.Type == watch.Added {
				seen++
				continue
			}
			if event.Type != watch.Bookmark || object.Annotations[metav1.InitialEventsAnnotationKey] != "true" || object.ResourceVersion == "" || seen != 5 {
				return "", fmt.Errorf("after %d events: %s of version %q with %v", seen, event.Type, object.ResourceVersion, object.Annotations)
			}
			if _, err := c.configMaps().Create(ctx, configMap("watch-list-late", map[string]string{"set": "watch-list"}), metav1.CreateOptions{}); err != nil {
				return "", err
			}
			return "5 initial events, a bookmark, news", expectEvents(ctx, watcher, "ADDED first")
		}
	}
}

// watchTimeout: a watch ends, cleanly, when it was asked to.
func watchTimeout(ctx context.Context, c *cluster) (string, error) {
	watcher, err := c.configMaps().Watch(ctx, metav1.ListOptions{LabelSelector: "set=nothing", TimeoutSeconds: ptr.To[int64](1)})
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("the watch does not end")
	case event, open := <-watcher.ResultChan():
		if open {
			return "", fmt.Errorf("%s %v", event.Type, event.Object)
		}
		return "ended", nil
	}
}

// watchDynamic sees the same as JSON.
func watchDynamic(ctx context.Context, c *cluster) (string, error) {
	client := c.dynamic.Resource(configMapsResource).Namespace(c.namespace)
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", err
	}
	if err := c.changeSet(ctx, "dynamic-watch"); err != nil {
		return "", err
	}
	watcher, err := client.Watch(ctx, metav1.ListOptions{ResourceVersion: list.GetResourceVersion()})
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	for _, wanted := range []watch.EventType{watch.Added, watch.Modified, watch.Modified, watch.Deleted} {
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("no event instead of %s", wanted)
		case event := <-watcher.ResultChan():
			if event.Type != wanted || event.Object.GetObjectKind().GroupVersionKind().Kind != "ConfigMap" {
				return "", fmt.Errorf("%s %v instead of %s", event.Type, event.Object, wanted)
			}
		}
	}
	return "4 events", nil
}
