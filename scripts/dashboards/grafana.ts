import { PanelBuilder as Bars } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  CustomVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Figure } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as Lines } from "@grafana/grafana-foundation-sdk/timeseries";
import { type Dashboard, isInstant, type Panel, type Unit, type Variable } from "./model.ts";

const datasource = { type: "prometheus", uid: "${datasource}" };

const unitIds: { readonly [U in Unit]: string } = {
  USD: "currencyUSD",
  "USD/h": "currencyUSD",
  "tokens/s": "short",
  "calls/s": "short",
  calls: "short",
  share: "percentunit",
  seconds: "s",
  factor: "suffix: ×",
};

const queriesOf = (panel: Panel): readonly DataqueryBuilder[] =>
  panel.queries.map(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(datasource)
      .expr(expr)
      .legendFormat(legend);
    if (panel.shape === "table") query.format(PromQueryFormat.Table);
    return isInstant(panel) ? query.instant() : query.range();
  });

const limitsOf = ({ limits }: Panel): ThresholdsConfigBuilder => {
  const builder = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  if (limits === undefined) return builder.steps([{ value: null, color: "blue" }]);
  const { good, amber, red } = limits;
  return builder.steps(
    good === "low"
      ? [
          { value: null, color: "green" },
          { value: amber, color: "orange" },
          { value: red, color: "red" },
        ]
      : [
          { value: null, color: "red" },
          { value: red, color: "orange" },
          { value: amber, color: "green" },
        ],
  );
};

const newest = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);

const builderOf = (panel: Panel): Figure | Bars | Table | Lines => {
  switch (panel.shape) {
    case "figure":
      return new Figure()
        .reduceOptions(newest())
        .colorMode(panel.limits === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
        .graphMode(BigValueGraphMode.None);
    case "bars":
      return new Bars()
        .reduceOptions(newest())
        .orientation(VizOrientation.Horizontal)
        .displayMode(BarGaugeDisplayMode.Basic)
        .min(0)
        .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
    case "table":
      return new Table()
        .withTransformation({
          id: "organize",
          options: {
            excludeByName: { Time: true },
            indexByName: Object.fromEntries((panel.columns ?? []).map(([label], index) => [label, index])),
            renameByName: { ...Object.fromEntries(panel.columns ?? []), Value: "Calls" },
          },
        })
        .showHeader(true);
    case "lines":
    case "areas": {
      const areas = panel.shape === "areas";
      return new Lines()
        .min(0)
        .lineWidth(areas ? 1 : 2)
        .fillOpacity(areas ? 35 : 0)
        .gradientMode(GraphGradientMode.None)
        .showPoints(VisibilityMode.Never)
        .stacking(new StackingConfigBuilder().mode(areas ? StackingMode.Normal : StackingMode.None).group("A"))
        .legend(
          new VizLegendOptionsBuilder()
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom)
            .showLegend(true)
            .calcs([]),
        )
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
    }
  }
};

const panelOf = (panel: Panel, height: number): Figure | Bars | Table | Lines => {
  const builder = builderOf(panel)
    .title(panel.title)
    .description(panel.about)
    .datasource(datasource)
    .height(height)
    .span(panel.width)
    .unit(unitIds[panel.unit])
    .noValue("no data")
    .thresholds(limitsOf(panel))
    .targets([...queriesOf(panel)]);
  return panel.decimals === undefined ? builder : builder.decimals(panel.decimals);
};

const variableOf = ({ name, label, from }: Variable): CustomVariableBuilder | QueryVariableBuilder =>
  "list" in from
    ? new CustomVariableBuilder(name)
        .label(label)
        .values(from.list.join(","))
        .current({ text: from.list[0] ?? "", value: from.list[0] ?? "" })
        .options(from.list.map((value, index) => ({ text: value, value, selected: index === 0 })))
    : new QueryVariableBuilder(name)
        .label(label)
        .datasource(datasource)
        .query({ qryType: 1, query: `label_values(${from.of}, ${from.label})`, refId: name })
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true)
        // `.*` also takes series without the label: those of mesh namespaces name no Gateway.
        .allValue(".*")
        .current({ text: ["All"], value: ["$__all"] });

/** The dashboard as the JSON that Grafana imports and provisions. */
export const grafanaJson = (dashboard: Dashboard): string => {
  const builder = new DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .description(dashboard.about)
    .tags(["genai", "otel-policy"])
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const variable of dashboard.variables) builder.withVariable(variableOf(variable));
  for (const row of dashboard.rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panelOf(panel, row.height));
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
};
