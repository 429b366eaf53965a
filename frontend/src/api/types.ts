/** The shapes the app reads and sends; one place, so that generated types can stand behind them. */
export type Role =
  'grid_worker' | 'village_cadre' | 'panel_member' | 'supervisor' | 'town_admin' | 'county_admin';
export type AreaLevel = 'county' | 'town' | 'village' | 'grid';

export interface List<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  errors?: { field: string; code: string; message: string }[];
  request_id?: string;
}

export interface Scope {
  id: string;
  role: Role;
  area_id: string;
  area_name: string;
  area_level: AreaLevel;
  area_path: string;
  village_id: string | null;
  village_name: string | null;
  begins_on: string;
  ends_on: string | null;
}

export interface Account {
  id: string;
  username: string;
  name: string;
  household_id: string | null;
  must_change_password: boolean;
  scopes: Scope[];
}

export interface Session {
  access_token: string;
  expires_in: number;
  account: Account;
}

export interface Area {
  id: string;
  parent_id: string | null;
  level: AreaLevel;
  name: string;
  path: string;
}

export type HouseholdStatus = 'resident' | 'away' | 'care_home' | 'closed';

export interface Household {
  id: string;
  code: string;
  name: string;
  alias: string | null;
  grid_id: string;
  grid_name: string;
  village_id: string;
  village_name: string;
  door: string | null;
  status: HouseholdStatus;
  size: number;
  tags: string[];
  balances: { honour: number; spendable: number; pending: number };
  month_points: number | null;
}

export interface Entry {
  seq: number;
  kind: 'award' | 'reversal';
  award_id: string | null;
  rule_id: string | null;
  rule_name: string;
  category: string;
  points: number;
  quantity: number | null;
  unit: string | null;
  occurred_on: string;
  period: string;
  late: boolean;
  recorded_at: string;
  recorder_name: string;
  note: string | null;
  reversed: boolean;
  reason: string | null;
}

export type CapWindow = 'day' | 'week' | 'month' | 'quarter' | 'year';

export interface HouseholdDetail extends Household {
  address: string | null;
  phone_masked: string | null;
  has_hidden_tags: boolean;
  created_at: string;
  recent: List<Entry>;
  caps: { rule_id: string; window: CapWindow; units_used: number }[];
  months: { period: string; points: number }[];
}

export interface Revealed {
  phone: string | null;
  tags: string[];
}

export type Proof =
  | 'none'
  | 'sign_in'
  | 'photo'
  | 'certificate'
  | 'receipt'
  | 'mediation'
  | 'both_sides'
  | 'collective'
  | 'penalty';

export interface Rule {
  id: string;
  position: number;
  category: string;
  name: string;
  kind: 'addition' | 'deduction' | 'inspection';
  points: number;
  points_per_spot: number | null;
  unit: string;
  cap: { units: number; window: CapWindow } | null;
  proofs: Proof[];
  review: 'none' | 'assembly' | 'double';
  redeemable: boolean;
  warn_first: string | null;
  indoor_may_be_skipped: boolean;
  remark: string | null;
}

export interface RuleSet {
  id: string;
  area_id: string;
  version: number;
  title: string;
  status: 'draft' | 'in_force' | 'superseded';
  in_force_from: string | null;
}

export interface Rules extends List<Rule> {
  rule_set: RuleSet | null;
}

export interface AwardRequest {
  id: string;
  household_id: string;
  rule_id: string;
  quantity: number;
  occurred_on: string;
  note?: string;
  handled_by?: string;
}

export type AwardStatus =
  'submitted' | 'returned' | 'rejected' | 'withdrawn' | 'posted' | 'reversed';

export interface Award {
  id: string;
  household_id: string;
  household_name: string;
  household_code: string;
  door: string | null;
  grid_name: string;
  rule_id: string;
  rule_name: string;
  unit: string;
  rule_set_version: number;
  points: number;
  quantity: number;
  status: AwardStatus;
  proof_pending: boolean;
  clipped: number;
  occurred_on: string;
  period: string | null;
  late: boolean;
  recorded_at: string;
  recorded_by: { id: string; name: string };
  handled_by: string | null;
  note: string | null;
  own_household: boolean;
  steps: { step: string; by_name: string; at: string; reason: string | null }[];
  can: {
    approve: boolean;
    return: boolean;
    reject: boolean;
    withdraw: boolean;
    reverse: boolean;
  };
}

export interface BatchResult {
  id: string;
  status: number;
  award?: Award;
  error?: Problem;
}

export interface RankingRow {
  rank: number;
  household_id: string;
  code: string;
  name: string;
  grid_name: string;
  points: number;
}

export interface Ranking extends List<RankingRow> {
  area_id: string;
  area_name: string;
  period: string;
  participants: number;
}
