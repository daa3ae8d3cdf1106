/** The CDK app: `cdk synth -c hospital=<id>` (see infra/README.md). */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { buildDeployment } from './build-deployment.ts';
import { loadHospital } from './settings/load-hospital.ts';

const app = new App();
buildDeployment(app, await loadHospital(app.node.tryGetContext('hospital')));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
app.synth();
