/** What a value is, for axes and figures. */
export type Unit = "USD" | "USD/h" | "tokens/s" | "calls/s" | "calls" | "share" | "seconds" | "factor";

export type Query = {
  /** PromQL with Grafana's `$__range` and `$__rate_interval` and the dashboard's variables. */
  readonly expr: string;
  /** How a series is called: text with `{{label}}`. */
  readonly legend: string;
};

export type Panel = {
  readonly title: string;
  readonly about: string;
  /** `figure`: one number. `bars`: one bar per series. `lines`, `areas`: over time. `table`: one row per series. */
  readonly shape: "figure" | "bars" | "lines" | "areas" | "table";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
  /** From where on a figure is amber, and red; the other way round where `good` is `high`. */
  readonly limits?: { readonly good: "low" | "high"; readonly amber: number; readonly red: number };
  /** Columns of a table: labels, as written in the series, with their heading. */
  readonly columns?: readonly (readonly [label: string, heading: string])[];
  readonly decimals?: number;
};

export type Row = { readonly title: string; readonly height: number; readonly panels: readonly Panel[] };

export type Variable = {
  readonly name: string;
  readonly label: string;
  /** Values: those of a label of a series, or a list of which one is chosen. */
  readonly from: { readonly label: string; readonly of: string } | { readonly list: readonly string[] };
};

export type Dashboard = {
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
};

/** Panels whose queries are asked for one moment, not for a range. */
export const isInstant = ({ shape }: Panel): boolean => shape === "figure" || shape === "bars" || shape === "table";
