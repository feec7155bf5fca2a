/** What a node cluster may have besides: each a program in the node's namespaces, with the objects that make it known. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../components.ts';
import { credentialFiles } from '../credentials.ts';
import { buildGoPrograms, type GoProgram } from '../go-build.ts';
import type { NodeCluster } from './components.ts';

export const addonNames = ['metrics-server', 'volumes'] as const;
export type AddonName = (typeof addonNames)[number];

export interface Addon {
  readonly program: GoProgram;
  readonly component: (cluster: NodeCluster) => Component;
  /** For `kubectl apply`. */
  readonly objects: (cluster: NodeCluster) => readonly object[];
  /** Arguments of the `kubectl` call that succeeds once it is there. */
  readonly ready: readonly string[];
}

const metricsPort = 4443;
const storageNamespace = 'local-path-storage';
const storageConfig = 'local-path-config';

/** Upstream's: what `kubectl top` and autoscalers ask. */
const metricsServer: Addon = {
  program: {
    module: join(import.meta.dirname, 'metrics-server'),
    package: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
    name: 'metrics-server',
  },
  component: ({ folder, addresses }) => {
    const files = credentialFiles(folder);
    const kubeconfig = files.kubeconfig('admin');
    return {
      program: 'metrics-server',
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
        `--bind-address=${addresses.node}`,
        `--secure-port=${metricsPort}`,
        `--cert-dir=${join(folder, 'metrics-server')}`,
        `--kubelet-certificate-authority=${files.authority.certificate}`,
        '--kubelet-preferred-address-types=InternalIP',
        // Its least.
        '--metric-resolution=10s',
        '--kubelet-request-timeout=8s',
      ],
    };
  },
  objects: ({ addresses }) => {
    const metadata = { name: 'metrics-server', namespace: 'kube-system' };
    const port = { name: 'https', protocol: 'TCP', port: metricsPort };
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ ...port, port: 443, targetPort: metricsPort }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [addresses.node] }],
        ports: [port],
      },
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: {
          group: 'metrics.k8s.io',
          version: 'v1beta1',
          service: metadata,
          groupPriorityMinimum: 100,
          versionPriority: 100,
          // It signs its certificate itself.
          insecureSkipTLSVerify: true,
        },
      },
    ];
  },
  ready: ['wait', '--for=condition=Available', 'apiservice/v1beta1.metrics.k8s.io', '--timeout=5s'],
};

/** Rancher's local-path-provisioner: claims of the default StorageClass become folders of the node, made by a pod each. */
const volumes: Addon = {
  program: {
    module: join(import.meta.dirname, 'local-path-provisioner'),
    package: 'github.com/rancher/local-path-provisioner',
    name: 'local-path-provisioner',
  },
  component: ({ folder }) => ({
    program: 'local-path-provisioner',
    args: [
      'start',
      `--kubeconfig=${credentialFiles(folder).kubeconfig('admin')}`,
      `--namespace=${storageNamespace}`,
      `--configmap-name=${storageConfig}`,
      `--config=${storageSettings(folder)}`,
      '--service-account-name=default',
      '--helper-image=docker.io/library/busybox:1.37',
    ],
  }),
  objects: ({ folder }) => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: storageNamespace } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: storageConfig, namespace: storageNamespace },
      data: {
        'config.json': storageSettingsText(folder),
        setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
        teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
        'helperPod.yaml': JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'helper-pod' },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'helper-pod', image: 'docker.io/library/busybox:1.37' }],
          },
        }),
      },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    },
  ],
  ready: ['get', 'storageclass', 'standard'],
};

export const addons: Readonly<Record<AddonName, Addon>> = { 'metrics-server': metricsServer, volumes };

/** @throws Error in words for who typed it */
export function parseAddons(names: readonly string[]): readonly AddonName[] {
  return names.map((name) => {
    const known = addonNames.find((addon) => addon === name);
    if (known === undefined) throw new Error(`there is no ${name} to be had; there are ${addonNames.join(', ')}`);
    return known;
  });
}

/** The folder with an addon's program. @throws Error when it does not build */
export function buildAddon(name: AddonName, report: (line: string) => void): Promise<string> {
  const { program } = addons[name];
  return buildGoPrograms(program.name, [program], report);
}

function storageSettingsText(folder: string): string {
  const node = 'DEFAULT_PATH_FOR_NON_LISTED_NODES';
  return JSON.stringify({ nodePathMap: [{ node, paths: [join(folder, 'volumes')] }] });
}

function storageSettings(folder: string): string {
  mkdirSync(join(folder, 'volumes'), { recursive: true });
  const file = join(folder, 'settings', 'volumes.json');
  writeFileSync(file, storageSettingsText(folder));
  return file;
}
