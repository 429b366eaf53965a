/** The shapes the app reads and sends, by their names in the OpenAPI document of the server. */
import type { components } from './schema';

type Schemas = components['schemas'];

export interface List<T> {
  items: T[];
  next_cursor: string | null;
}

export type Problem = Schemas['Problem'];
export type FieldProblem = Schemas['FieldProblem'];
export type ImportReport = Schemas['ImportReport'];

export type Role = Schemas['Role'];
export type Account = Schemas['Account'];
export type Session = Schemas['Session'];
export type Area = Schemas['Area'];

export type HouseholdStatus = Schemas['HouseholdStatus'];
export type Household = Schemas['Household'];
export type HouseholdPage = Schemas['HouseholdPage'];
export type Revealed = Schemas['RevealedHousehold'];
export type Statement = Schemas['Statement'];
export type StatementLine = Schemas['StatementLine'];
export type CapUse = Schemas['CapUse'];

export type Proof = Schemas['Proof'];
export type Rule = Schemas['Rule'];
export type Rules = Schemas['RulesInForce'];
export type RuleSet = Schemas['RuleSet'];
export type RuleSets = Schemas['RuleSets'];
export type RuleSetDetail = Schemas['RuleSetWithRules'];
export type RuleAlarm = Schemas['RuleAlarm'];
export type RuleRemark = Schemas['RuleRemark'];
export type RuleSetEdit = Schemas['RuleSetEdit'];
export type RuleChanges = Schemas['RuleChanges'];
export type Resolution = Schemas['Resolution'];
export type Decisions = Schemas['Decisions'];
export type TemplateLimits = Schemas['TemplateLimits'];
export type Favourites = Schemas['Favourites'];

export type NewAward = Schemas['NewAward'];
export type Award = Schemas['Award'];
export type WaitReason = Schemas['WaitReason'];
export type Budget = Schemas['Budget'];
export type BudgetAsk = Schemas['BudgetAsk'];
export type NewApplication = Schemas['NewApplication'];
export type AwardStatus = Schemas['AwardStatus'];
export type StepKind = Schemas['StepKind'];
export type AssemblyPeople = Schemas['AssemblyPeople'];
export type AssemblyMinutes = Schemas['AssemblyMinutes'];
export type ListedAssembly = Schemas['ListedAssembly'];
export type AssemblyOutcome = Schemas['AssemblyOutcome'];
export type NewAssembly = Schemas['NewAssembly'];
export type Evidence = Schemas['Evidence'];
export type AlikeAward = Schemas['AlikeAward'];
export type BatchResult = Schemas['AwardBatchResult'];

export type Activity = Schemas['Activity'];
export type ActivityPage = Schemas['ActivityPage'];
export type AttendanceRow = Schemas['AttendanceRow'];
export type AttendanceResult = Schemas['AttendanceResult'];
export type AttendanceResults = Schemas['AttendanceResults'];

export type Todo = Schemas['Todo'];
export type TodoKind = Schemas['TodoKind'];

export type RankingRow = Schemas['Place'];
export type Ranking = Schemas['Ranking'];

export type Trial = Schemas['Trial'];
export type TrialResult = Schemas['TrialResult'];
export type TrialHousehold = Schemas['TrialHousehold'];
export type NamedRule = Schemas['NamedRule'];
export type Concentration = Schemas['Concentration'];
export type TableHealth = Schemas['TableHealth'];

export type Inspection = Schemas['Inspection'];
export type InspectionSheet = Schemas['InspectionSheet'];
export type InspectionItem = Schemas['InspectionItem'];
export type InspectionDoor = Schemas['InspectionDoor'];
export type InspectionMarksAnswer = Schemas['InspectionMarksAnswer'];
export type Mark = Schemas['Mark'];
export type Finding = Schemas['Finding'];
