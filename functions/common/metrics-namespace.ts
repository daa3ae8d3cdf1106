/**
 * CloudWatch namespace of an installation's metrics: two deployments in one account must not feed each other's alarms
 * and graphs. The CDK app sets the variable, `CXAI/<hospital>`, which Powertools itself knows by this name.
 */
export const metricsNamespace: string = process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'CXAI';
