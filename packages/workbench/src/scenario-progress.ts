/** Which of several scenarios is looked at, and how many were before it. */
export interface ScenarioProgress {
  readonly scenario: string;
  readonly done: number;
  readonly of: number;
}
