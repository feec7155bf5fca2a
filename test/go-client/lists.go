package main

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"
)

var listChecks = []check{
	{"list.pages", pages},
	{"list.pager", listPager},
	{"list.selectors", selectors},
	{"list.deleteCollection", deleteCollection},
}

const pagedCount = 25

func (c *cluster) makeSet(ctx context.Context, set string, count int) error {
	for i := range count {
		labels := map[string]string{"set": set, "parity": []string{"even", "odd"}[i%2]}
		if _, err := c.configMaps().Create(ctx, configMap(fmt.Sprintf("%s-%02d", set, i), labels), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// pages reads a list in parts; what is created meanwhile belongs to a later list.
func pages(ctx context.Context, c *cluster) (string, error) {
	if err := c.makeSet(ctx, "paged", pagedCount); err != nil {
		return "", err
	}
	names, sizes := []string{}, []int{}
	options := metav1.ListOptions{Limit: 7}
	version := ""
	for {
		page, err := c.configMaps().List(ctx, options)
		if err != nil {
			return "", err
		}
		if version != "" && page.ResourceVersion != version {
			return "", fmt.Errorf("page %d is of version %s, the first of %s", len(sizes)+1, page.ResourceVersion, version)
		}
		if len(sizes) == 0 {
			if page.RemainingItemCount == nil || *page.RemainingItemCount < pagedCount-7 {
				return "", fmt.Errorf("remainingItemCount %v", page.RemainingItemCount)
			}
			if _, err := c.configMaps().Create(ctx, configMap("zz-created-meanwhile", nil), metav1.CreateOptions{}); err != nil {
				return "", err
			}
		}
		version = page.ResourceVersion
		sizes = append(sizes, len(page.Items))
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		if page.Continue == "" {
			break
		}
		options.Continue = page.Continue
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		return "", fmt.Errorf("not sorted, or not distinct: %v", names)
	}
	if slices.Contains(names, "zz-created-meanwhile") {
		return "", fmt.Errorf("the list has what was created after it began")
	}
	for i := range pagedCount {
		if name := fmt.Sprintf("paged-%02d", i); !slices.Contains(names, name) {
			return "", fmt.Errorf("%s is missing", name)
		}
	}
	for _, size := range sizes[:len(sizes)-1] {
		if size != 7 {
			return "", fmt.Errorf("pages of %v", sizes)
		}
	}
	return fmt.Sprintf("pages of %v", sizes), nil
}

func listPager(ctx context.Context, c *cluster) (string, error) {
	p := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		options.LabelSelector = "set=paged"
		return c.configMaps().List(ctx, options)
	})
	p.PageSize = 4
	seen := 0
	err := p.EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		if _, ok := object.(*corev1.ConfigMap); !ok {
			return fmt.Errorf("a %T", object)
		}
		seen++
		return nil
	})
	if err != nil {
		return "", err
	}
	if seen != pagedCount {
		return "", fmt.Errorf("%d of %d", seen, pagedCount)
	}
	return fmt.Sprintf("%d objects in pages of 4", seen), nil
}

func selectors(ctx context.Context, c *cluster) (string, error) {
	for _, wanted := range []struct {
		label, field string
		count        int
	}{
		{"set=paged,parity=odd", "", 12},
		{"set in (paged),parity notin (odd)", "", 13},
		{"set=paged,!absent", "", 25},
		{"set=paged", "metadata.name=paged-03", 1},
		{"set=paged", "metadata.name!=paged-03", 24},
		{"", "metadata.namespace=" + c.namespace + ",metadata.name=paged-04", 1},
	} {
		found, err := c.configMaps().List(ctx, metav1.ListOptions{LabelSelector: wanted.label, FieldSelector: wanted.field})
		if err != nil {
			return "", err
		}
		if len(found.Items) != wanted.count {
			return "", fmt.Errorf("%q %q selects %d instead of %d", wanted.label, wanted.field, len(found.Items), wanted.count)
		}
	}
	everywhere, err := c.typed.CoreV1().ConfigMaps(metav1.NamespaceAll).List(ctx, metav1.ListOptions{LabelSelector: "set=paged"})
	if err != nil {
		return "", err
	}
	if len(everywhere.Items) < pagedCount {
		return "", fmt.Errorf("%d in all namespaces", len(everywhere.Items))
	}
	return "labels and fields", nil
}

func deleteCollection(ctx context.Context, c *cluster) (string, error) {
	if err := c.makeSet(ctx, "collected", 6); err != nil {
		return "", err
	}
	if err := c.configMaps().DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "set=collected,parity=odd"}); err != nil {
		return "", err
	}
	left, err := c.configMaps().List(ctx, metav1.ListOptions{LabelSelector: "set=collected"})
	if err != nil {
		return "", err
	}
	if len(left.Items) != 3 {
		return "", fmt.Errorf("%d left instead of 3", len(left.Items))
	}
	return "3 of 6 deleted", nil
}
