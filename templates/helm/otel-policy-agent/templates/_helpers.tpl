{{- define "agent.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "agent.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "agent.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "agent.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "agent.selectorLabels" -}}
app.kubernetes.io/name: {{ include "agent.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: agent
{{- end }}

{{- define "agent.frontSelectorLabels" -}}
app.kubernetes.io/name: {{ include "agent.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: front
{{- end }}

{{- define "agent.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "agent.labels" -}}
{{ include "agent.selectorLabels" . }}
{{ include "agent.commonLabels" . }}
{{- end }}

{{- define "agent.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "agent.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* image reference of {image, fallback tag} */}}
{{- define "agent.image" -}}
{{- $image := .image -}}
{{- if $image.digest }}{{ printf "%s@%s" $image.repository $image.digest }}
{{- else }}{{ printf "%s:%s" $image.repository (default .tag $image.tag | toString) }}{{ end }}
{{- end }}

{{/*
The policies as a list of {name: text} of at most 900 KiB each, as JSON: {"chunks": [...]}. In the order of their names,
so that an edit of one policy does not move the others.
*/}}
{{- define "agent.policyChunks" -}}
{{- $chunks := list -}}
{{- $chunk := dict -}}
{{- $size := 0 -}}
{{- range $name := keys .Values.policies | sortAlpha }}
{{- $value := index $.Values.policies $name }}
{{- $text := $value }}
{{- if not (kindIs "string" $value) }}{{- $text = toYaml $value }}{{- end }}
{{- $file := $name }}
{{- if not (regexMatch "\\.(ya?ml|json)$" $name) }}{{- $file = printf "%s.yaml" $name }}{{- end }}
{{- if and (gt (len $chunk) 0) (gt (add $size (len $text)) 921600) }}
{{- $chunks = append $chunks $chunk }}
{{- $chunk = dict }}
{{- $size = 0 }}
{{- end }}
{{- $_ := set $chunk $file $text }}
{{- $size = add $size (len $text) }}
{{- end }}
{{- $chunks = append $chunks $chunk }}
{{- dict "chunks" $chunks | toJson }}
{{- end }}

{{- define "agent.policyConfigMap" -}}
{{- if eq (int .index) 0 }}{{ printf "%s-policies" (include "agent.fullname" .root) }}
{{- else }}{{ printf "%s-policies-%d" (include "agent.fullname" .root) (int .index) }}{{ end }}
{{- end }}

{{/* Flags that a policy is read with, the same for the agent and for render. */}}
{{- define "agent.policyFlags" -}}
- --base=/etc/otel-policy-base/base.yaml
{{- with .Values.agent.rootNamespace }}
- {{ printf "--root-namespace=%s" . | quote }}
{{- end }}
{{- range .Values.agent.dataPlanes }}
- {{ printf "--data-plane=%s" . | quote }}
{{- end }}
{{- range .Values.agent.allowEndpoints }}
- {{ printf "--allow-endpoint=%s" . | quote }}
{{- end }}
{{- range .Values.agent.namespaceBudgets }}
- {{ printf "--namespace-budget=%s" . | quote }}
{{- end }}
{{- end }}

{{/* Binds the role of this name to the pods. */}}
{{- define "agent.roleBinding" -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ .name }}
  labels:
    {{- include "agent.labels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "agent.serviceAccountName" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}

{{/* Not empty where `base` has the processor, by its name of today or before. */}}
{{- define "agent.usesKubernetesAttributes" -}}
{{- range $id, $_ := .Values.base.processors }}
{{- if regexMatch "^(k8s_attributes|k8sattributes)(/|$)" $id }}yes{{ end }}
{{- end }}
{{- end }}

{{/* Not empty where something in the pod talks to the API server. */}}
{{- define "agent.asksApiServer" -}}
{{- if or .Values.status.write (eq .Values.nodeNamespaces "auto") (include "agent.usesKubernetesAttributes" .) }}yes{{ end }}
{{- end }}

{{/* What values cannot say wrongly without being told. */}}
{{- define "agent.check" -}}
{{- if and .Values.front.enabled (ne .Values.mode "deployment") }}
{{- fail "front.enabled: the first tier sends to a Deployment of agents; set mode: deployment" }}
{{- end }}
{{- if and .Values.status.write (ne .Values.topology "handover") }}
{{- fail "status.write: only an agent writes status, and topology single has none; set topology: handover" }}
{{- end }}
{{- if and .Values.nodeNamespaces (or (ne .Values.mode "daemonset") (ne .Values.topology "handover")) }}
{{- fail "nodeNamespaces: only an agent on the node of its gateways can leave policies to other nodes; set mode: daemonset and topology: handover" }}
{{- end }}
{{- if and .Values.podMonitor.enabled (eq .Values.topology "single") (not .Values.ports.prometheus.containerPort) }}
{{- fail "podMonitor: topology single has nothing else to scrape than ports.prometheus" }}
{{- end }}
{{- end }}

{{/* Bytes of a Kubernetes quantity, a whole number. */}}
{{- define "agent.bytes" -}}
{{- $text := . | toString -}}
{{- $number := regexFind "^[0-9]+" $text | int64 -}}
{{- $unit := regexFind "[A-Za-z]*$" $text -}}
{{- if eq $unit "Ki" }}{{ mul $number 1024 }}
{{- else if eq $unit "Mi" }}{{ mul $number 1048576 }}
{{- else if eq $unit "Gi" }}{{ mul $number 1073741824 }}
{{- else if eq $unit "k" }}{{ mul $number 1000 }}
{{- else if eq $unit "M" }}{{ mul $number 1000000 }}
{{- else if eq $unit "G" }}{{ mul $number 1000000000 }}
{{- else if eq $unit "" }}{{ $number }}
{{- else }}{{ fail (printf "memory limit %s: write it in Mi or Gi" $text) }}
{{- end }}
{{- end }}

{{/* GOMEMLIMIT of a container that runs one Collector: four fifths of its limit. */}}
{{- define "agent.goMemLimit" -}}
{{- with . }}
{{- with .limits }}{{ with .memory }}
- name: GOMEMLIMIT
  value: {{ div (mul (include "agent.bytes" . | int64) 4) 5 | quote }}
{{- end }}{{ end }}
{{- end }}
{{- end }}
