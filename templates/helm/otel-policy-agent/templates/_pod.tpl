{{/* The pod of both modes. */}}
{{- define "agent.podTemplate" -}}
{{- include "agent.check" . -}}
{{- $own := and (eq .Values.topology "handover") (eq .Values.ingest.container "own") -}}
metadata:
  annotations:
    # base is read once, when the pod starts: ingest and agent must have the same.
    checksum/base: {{ toYaml .Values.base | sha256sum }}
    {{- if eq .Values.topology "single" }}
    # Without an agent nobody watches: an edit rolls the pods.
    checksum/policies: {{ include "agent.policyChunks" . | sha256sum }}
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "agent.selectorLabels" . | nindent 4 }}
    {{- with mergeOverwrite dict .Values.commonLabels .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "agent.serviceAccountName" . }}
  # Only status, nodeNamespaces and k8s_attributes talk to the API server.
  automountServiceAccountToken: {{ ne (include "agent.asksApiServer" .) "" }}
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if .Values.hostNetwork }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- if eq .Values.topology "single" }}
  initContainers:
    - name: render
      image: {{ include "agent.image" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - render
        - --file=/etc/otel-policy
        {{- range .Values.extraPolicyDirs }}
        - {{ printf "--file=%s" . | quote }}
        {{- end }}
        - --output=/run/otel-policy/collector.yaml
        {{- include "agent.policyFlags" . | nindent 8 }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        {{- include "agent.volumeMounts" . | nindent 8 }}
  {{- else if $own }}
  initContainers:
    # The config of ingest comes from `base` alone; no policy changes it.
    - name: ingest-config
      image: {{ include "agent.image" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - render
        - --topology=handover
        - --part=ingest
        - --base=/etc/otel-policy-base/base.yaml
        - --run-dir=/run/otel-policy/agent
        - --output=/run/otel-policy/agent/ingest.yaml
        - --quiet
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        {{- include "agent.volumeMounts" . | nindent 8 }}
  {{- end }}
  containers:
    {{- if eq .Values.topology "single" }}
    - name: collector
      image: {{ include "agent.image" (dict "image" .Values.collector.image "tag" "") }}
      imagePullPolicy: {{ .Values.collector.image.pullPolicy }}
      args: [--config=/run/otel-policy/collector.yaml]
    {{- else }}
    - name: agent
      image: {{ include "agent.image" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - agent
        - --policy-dir=/etc/otel-policy
        {{- range .Values.extraPolicyDirs }}
        - {{ printf "--policy-dir=%s" . | quote }}
        {{- end }}
        - --run-dir=/run/otel-policy/agent
        {{- if $own }}
        - --ingest=external
        - --telemetry-port={{ .Values.ingest.telemetryPort }}
        - --flow-port={{ .Values.ingest.flowPort }}
        {{- end }}
        - {{ printf "--listen=0.0.0.0:%d" (int .Values.ports.admin.containerPort) | quote }}
        {{- include "agent.policyFlags" . | nindent 8 }}
        - --debounce={{ .Values.agent.debounce }}
        - --resync={{ .Values.agent.resync }}
        - --reload-timeout={{ .Values.agent.reloadTimeout }}
        - --log-level={{ .Values.agent.logLevel }}
        - --log-format={{ .Values.agent.logFormat }}
        {{- if .Values.status.write }}
        - --write-status
        {{- end }}
        {{- with .Values.nodeNamespaces }}
        - {{ printf "--node-namespaces=%s" . | quote }}
        {{- end }}
        {{- with .Values.agent.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- end }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- $single := and (eq .Values.topology "single") (include "agent.goMemLimit" .Values.resources) }}
      {{- $onNode := eq .Values.nodeNamespaces "auto" }}
      {{- if or $single $onNode .Values.extraEnvs }}
      env:
        {{- if $onNode }}
        - name: OTEL_POLICY_NODE_NAME
          valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
        {{- end }}
        {{- if $single }}
        {{- $single | nindent 8 }}
        {{- end }}
        {{- with .Values.extraEnvs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      {{- with .Values.extraEnvsFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- if not $own }}
        {{- include "agent.otlpPorts" . | trim | nindent 8 }}
        {{- end }}
        {{- if eq .Values.topology "handover" }}
        - name: admin
          containerPort: {{ .Values.ports.admin.containerPort }}
        {{- end }}
      {{- if eq .Values.topology "handover" }}
      livenessProbe:
        httpGet: {path: /healthz, port: admin}
        {{- toYaml .Values.livenessProbe | nindent 8 }}
      readinessProbe:
        httpGet: {path: /readyz, port: admin}
        {{- toYaml .Values.readinessProbe | nindent 8 }}
      {{- else }}
      # What the config listens on is what there is to ask; health_check may be added to `base`.
      livenessProbe:
        tcpSocket: {port: otlp-grpc}
        {{- toYaml .Values.livenessProbe | nindent 8 }}
      readinessProbe:
        tcpSocket: {port: otlp-grpc}
        {{- toYaml .Values.readinessProbe | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        {{- include "agent.volumeMounts" . | nindent 8 }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- if $own }}
    - name: ingest
      image: {{ include "agent.image" (dict "image" .Values.collector.image "tag" "") }}
      imagePullPolicy: {{ .Values.collector.image.pullPolicy }}
      args: [--config=/run/otel-policy/agent/ingest.yaml]
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      env:
        - name: OTEL_POLICY_RUN_DIR
          value: /run/otel-policy/agent
        - name: OTEL_POLICY_HEALTH_SOCKET
          value: /run/otel-policy/agent/health-ingest.sock
        - name: OTEL_POLICY_TELEMETRY_PORT
          value: {{ .Values.ingest.telemetryPort | quote }}
        - name: OTEL_POLICY_FLOW_PORT
          value: {{ .Values.ingest.flowPort | quote }}
        {{- include "agent.goMemLimit" .Values.ingest.resources | trim | nindent 8 }}
        {{- with .Values.extraEnvs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.extraEnvsFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- include "agent.otlpPorts" . | trim | nindent 8 }}
      # Its health is told on a socket, to the agent; kubelet sees whether it takes connections.
      livenessProbe:
        tcpSocket: {port: otlp-grpc}
        {{- toYaml .Values.livenessProbe | nindent 8 }}
      readinessProbe:
        tcpSocket: {port: otlp-grpc}
        {{- toYaml .Values.readinessProbe | nindent 8 }}
      {{- with .Values.ingest.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: run
          mountPath: /run/otel-policy
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- end }}
  volumes:
    - name: policies
      # One folder out of all ConfigMaps; kubelet exchanges it as a whole.
      projected:
        sources:
          {{- range $index, $_ := (include "agent.policyChunks" . | fromJson).chunks }}
          - configMap:
              name: {{ include "agent.policyConfigMap" (dict "root" $ "index" $index) }}
          {{- end }}
          {{- range .Values.existingPolicyConfigMaps }}
          - configMap:
              name: {{ . }}
          {{- end }}
    - name: base
      configMap:
        name: {{ include "agent.fullname" . }}-base
    {{- $runDir := dict }}
    {{- range $key, $value := .Values.runDir }}
    {{- with $value }}{{ $_ := set $runDir $key . }}{{ end }}
    {{- end }}
    - name: run
      emptyDir:
        {{- toYaml $runDir | nindent 8 }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- include "agent.scheduling" . | nindent 2 }}
{{- end }}

{{- define "agent.otlpPorts" -}}
{{- range $name, $key := dict "otlp-grpc" "otlpGrpc" "otlp-http" "otlpHttp" "prometheus" "prometheus" }}
{{- $port := index $.Values.ports $key }}
- name: {{ $name }}
  containerPort: {{ $port.containerPort }}
  {{- with $port.hostPort }}
  hostPort: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "agent.volumeMounts" -}}
- name: policies
  mountPath: /etc/otel-policy
  readOnly: true
- name: base
  mountPath: /etc/otel-policy-base
  readOnly: true
- name: run
  mountPath: /run/otel-policy
{{- end }}

{{- define "agent.scheduling" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
