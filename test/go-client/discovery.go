package main

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
)

var discoveryChecks = []check{
	{"discovery.aggregated", aggregatedDiscovery},
	{"discovery.legacy", legacyDiscovery},
	{"discovery.mapper", mapper},
	{"discovery.version", version},
	{"discovery.openapi", openAPI},
}

func (c *cluster) discovery() (*discovery.DiscoveryClient, error) {
	return discovery.NewDiscoveryClientForConfig(c.config)
}

// aggregatedDiscovery asks for all resources at once. client-go gets them so only if both /api and /apis answer in the aggregated format.
func aggregatedDiscovery(_ context.Context, c *cluster) (string, error) {
	client, err := c.discovery()
	if err != nil {
		return "", err
	}
	groups, resources, failed, err := client.GroupsAndMaybeResources()
	if err != nil {
		return "", err
	}
	if len(failed) > 0 {
		return "", fmt.Errorf("failed groups: %v", failed)
	}
	if resources == nil {
		return "", fmt.Errorf("the answer is not in the aggregated format")
	}
	if err := hasDeployments(resources[schema.GroupVersion{Group: "apps", Version: "v1"}]); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d groups, %d group versions", len(groups.Groups), len(resources)), nil
}

// legacyDiscovery asks for one group version after the other, as older clients do, and expects the same resources.
func legacyDiscovery(_ context.Context, c *cluster) (string, error) {
	client, err := c.discovery()
	if err != nil {
		return "", err
	}
	_, aggregated, err := client.ServerGroupsAndResources()
	if err != nil {
		return "", err
	}
	legacyClient, err := c.discovery()
	if err != nil {
		return "", err
	}
	legacyClient.UseLegacyDiscovery = true
	_, legacy, err := legacyClient.ServerGroupsAndResources()
	if err != nil {
		return "", err
	}
	names := func(lists []*metav1.APIResourceList) []string {
		found := []string{}
		for _, list := range lists {
			for _, resource := range list.APIResources {
				verbs := slices.Sorted(slices.Values(resource.Verbs))
				found = append(found, fmt.Sprint(list.GroupVersion, " ", resource.Name, " ", resource.Kind, " ", resource.Namespaced, " ", verbs))
			}
		}
		slices.Sort(found)
		return found
	}
	one, other := names(aggregated), names(legacy)
	for _, name := range one {
		if _, found := slices.BinarySearch(other, name); !found {
			return "", fmt.Errorf("only in aggregated discovery: %s", name)
		}
	}
	for _, name := range other {
		if _, found := slices.BinarySearch(one, name); !found {
			return "", fmt.Errorf("only in legacy discovery: %s", name)
		}
	}
	return fmt.Sprintf("%d resources, the same both ways", len(one)), nil
}

func hasDeployments(list *metav1.APIResourceList) error {
	if list == nil {
		return fmt.Errorf("no apps/v1")
	}
	for _, resource := range list.APIResources {
		if resource.Name != "deployments" {
			continue
		}
		for _, verb := range []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"} {
			if !slices.Contains(resource.Verbs, verb) {
				return fmt.Errorf("deployments have no verb %s", verb)
			}
		}
		if !resource.Namespaced || resource.Kind != "Deployment" || resource.SingularName != "deployment" {
			return fmt.Errorf("deployments are %+v", resource)
		}
		return nil
	}
	return fmt.Errorf("apps/v1 has no deployments")
}

// mapper finds resources by kinds and by what people type.
func mapper(_ context.Context, c *cluster) (string, error) {
	client, err := c.discovery()
	if err != nil {
		return "", err
	}
	cached := memory.NewMemCacheClient(client)
	deferred := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	for kind, wanted := range map[schema.GroupKind]string{
		{Group: "apps", Kind: "Deployment"}:                       "apps/v1 deployments namespace",
		{Group: "", Kind: "Namespace"}:                            "/v1 namespaces root",
		{Group: "batch", Kind: "CronJob"}:                         "batch/v1 cronjobs namespace",
		{Group: "networking.k8s.io", Kind: "NetworkPolicy"}:       "networking.k8s.io/v1 networkpolicies namespace",
		{Group: "coordination.k8s.io", Kind: "Lease"}:             "coordination.k8s.io/v1 leases namespace",
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}: "rbac.authorization.k8s.io/v1 clusterroles root",
	} {
		mapping, err := deferred.RESTMapping(kind)
		if err != nil {
			return "", err
		}
		gvr := mapping.Resource
		found := fmt.Sprintf("%s/%s %s %s", gvr.Group, gvr.Version, gvr.Resource, mapping.Scope.Name())
		if found != wanted {
			return "", fmt.Errorf("%s maps to %q instead of %q", kind, found, wanted)
		}
	}
	expander := restmapper.NewShortcutExpander(deferred, cached, nil)
	for short, wanted := range map[string]string{"deploy": "deployments", "cm": "configmaps", "po": "pods", "sts": "statefulsets"} {
		found, err := expander.ResourceFor(schema.GroupVersionResource{Resource: short})
		if err != nil {
			return "", err
		}
		if found.Resource != wanted {
			return "", fmt.Errorf("%s means %s instead of %s", short, found.Resource, wanted)
		}
	}
	return "kinds and short names", nil
}

func version(_ context.Context, c *cluster) (string, error) {
	client, err := c.discovery()
	if err != nil {
		return "", err
	}
	info, err := client.ServerVersion()
	if err != nil {
		return "", err
	}
	if info.Major != "1" || info.Minor == "" {
		return "", fmt.Errorf("version %+v", info)
	}
	return info.GitVersion, nil
}

// openAPI reads the schema of a group, as clients do that validate before they send.
func openAPI(_ context.Context, c *cluster) (string, error) {
	client, err := c.discovery()
	if err != nil {
		return "", err
	}
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return "", err
	}
	apps, found := paths["apis/apps/v1"]
	if !found {
		return "", fmt.Errorf("no path for apps/v1 among %d", len(paths))
	}
	document, err := apps.Schema("application/json")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d paths; apps/v1 has %d bytes", len(paths), len(document)), nil
}
