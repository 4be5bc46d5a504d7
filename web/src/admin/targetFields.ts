import type { ChannelTarget } from "../api/kernel";

/** What each kind of target must be given; SMS goes through one of three kinds of service. */
export interface TargetField {
  name: string;
  label: string;
  hint?: string;
  optional?: boolean;
  /** Masked by the server once it is kept. */
  secret?: boolean;
}

export const KINDS: Record<ChannelTarget["kind"], string> = {
  slack: "Slack",
  teams: "Microsoft Teams",
  pagerduty: "PagerDuty",
  sms: "SMS",
};

export const PRESETS = {
  twilio: "Twilio",
  sns: "Amazon SNS",
  generic: "Another, by HTTP",
};

export type Preset = keyof typeof PRESETS;

const FROM: TargetField = { name: "from", label: "Sender", hint: "+43… or a name" };
const TO: TargetField = {
  name: "to",
  label: "Number",
  hint: "For all messages; without it each person's own",
  optional: true,
};

export function fieldsOf(kind: ChannelTarget["kind"], preset: Preset): TargetField[] {
  switch (kind) {
    case "slack":
      return [{
        name: "url",
        label: "Webhook address",
        hint: "https://hooks.slack.com/…",
        secret: true,
      }];
    case "teams":
      return [{
        name: "url",
        label: "Webhook address",
        hint: "From the channel's workflow",
        secret: true,
      }];
    case "pagerduty":
      return [{
        name: "routingKey",
        label: "Routing key",
        hint: "Of the Events API v2",
        secret: true,
      }];
    case "sms":
      return sms(preset);
  }
}

function sms(preset: Preset): TargetField[] {
  switch (preset) {
    case "twilio":
      return [
        { name: "accountSid", label: "Account SID" },
        { name: "authToken", label: "Auth token", secret: true },
        FROM,
        TO,
      ];
    case "sns":
      return [
        { name: "accessKeyId", label: "Access key id" },
        { name: "secretAccessKey", label: "Secret access key", secret: true },
        { name: "region", label: "Region", hint: "eu-central-1" },
        { ...FROM, optional: true },
        TO,
      ];
    case "generic":
      return [
        { name: "url", label: "Address", hint: "https://…", secret: true },
        { name: "contentType", label: "Content type", hint: "application/json" },
        { name: "body", label: "Body", hint: "With placeholders for number and text" },
        {
          name: "authorization",
          label: "Authorization header",
          optional: true,
          secret: true,
        },
        { ...FROM, optional: true },
        TO,
      ];
  }
}
