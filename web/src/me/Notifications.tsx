import { type FormEvent, useEffect, useState } from "react";
import { SEVERITIES, SEVERITY } from "../alarms/severity";
import { call } from "../api/client";
import type { ChannelChoice, Preferences, Severity } from "../api/kernel";
import { remember, useQuery } from "../api/query";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Check, SelectField, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";

const PATH = "/api/me/channels";

type Channel = "inbox" | "email" | "sms" | "push";

const CHANNELS: [Channel, string, string | null][] = [
  ["inbox", "Inbox of this console", null],
  ["email", "E-mail", null],
  ["sms", "SMS", "Number"],
  ["push", "Push to my devices", null],
];

const LEAST: Record<Severity, string> = {
  info: "everything",
  warning: "warnings and alarms",
  alarm: "alarms only",
};

const QUIET = {
  from: "22:00",
  to: "06:00",
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  exceptAlarm: true,
};

/** By which ways one is told, of what, and when not. */
export function Notifications() {
  const found = useQuery<Preferences>(PATH);
  const [draft, setDraft] = useState<Preferences | null>(null);
  const sending = useSending("/channels", "/quietHours");
  const { errorAt } = sending;
  useEffect(() => {
    if (found.data) setDraft((before) => before ?? found.data ?? null);
  }, [found.data]);
  if (!draft) {
    return (
      <Section title="How I am told">
        {found.error !== null
          ? <Failure error={found.error} retry={found.refresh} />
          : <Skeleton lines={6} tall />}
      </Section>
    );
  }
  const choice = (channel: Channel): ChannelChoice =>
    draft.channels[channel] ?? { enabled: false, minimum: "warning" };
  const set = (channel: Channel, change: Partial<ChannelChoice>) =>
    setDraft({
      ...draft,
      channels: { ...draft.channels, [channel]: { ...choice(channel), ...change } },
    });
  const quiet = draft.quietHours;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    return sending.send(async () => {
      const reply = await call(PATH, { method: "PUT", body: draft });
      const kept = (reply.data ?? draft) as Preferences;
      remember(PATH, kept);
      setDraft(kept);
      toast("That is how you are told from now on");
    });
  };
  return (
    <Section title="How I am told">
      <form className="stack" onSubmit={submit} noValidate>
        {CHANNELS.map(([channel, word, address]) => {
          const mine = choice(channel);
          return (
            <fieldset key={channel} className="channel">
              <legend className="sr-only">{word}</legend>
              <Check
                label={word}
                checked={mine.enabled}
                onChange={(event) => set(channel, { enabled: event.target.checked })}
              />
              {mine.enabled && (
                <div className="channel-fields">
                  <SelectField
                    label="Of"
                    value={mine.minimum}
                    error={errorAt(`/channels/${channel}/minimum`)}
                    onChange={(event) => set(channel, { minimum: event.target.value as Severity })}
                  >
                    {[...SEVERITIES].reverse().map((each) => (
                      <option key={each} value={each} title={SEVERITY[each].meaning}>
                        {LEAST[each]}
                      </option>
                    ))}
                  </SelectField>
                  {address && (
                    <TextField
                      label={address}
                      type="tel"
                      placeholder="+43 …"
                      maxLength={40}
                      value={mine.address ?? ""}
                      error={errorAt(`/channels/${channel}/address`)}
                      onChange={(event) => set(channel, { address: event.target.value })}
                    />
                  )}
                </div>
              )}
              {errorAt(`/channels/${channel}`) && (
                <p className="field-error" role="alert">{errorAt(`/channels/${channel}`)}</p>
              )}
            </fieldset>
          );
        })}
        <fieldset className="channel">
          <legend className="sr-only">Quiet hours</legend>
          <Check
            label="Quiet hours: nothing but the inbox"
            checked={quiet !== null}
            onChange={(event) =>
              setDraft({ ...draft, quietHours: event.target.checked ? QUIET : null })}
          />
          {quiet && (
            <>
              <div className="channel-fields">
                <TextField
                  label="From"
                  type="time"
                  value={quiet.from}
                  error={errorAt("/quietHours/from")}
                  onChange={(event) =>
                    setDraft({ ...draft, quietHours: { ...quiet, from: event.target.value } })}
                />
                <TextField
                  label="To"
                  type="time"
                  value={quiet.to}
                  error={errorAt("/quietHours/to")}
                  onChange={(event) =>
                    setDraft({ ...draft, quietHours: { ...quiet, to: event.target.value } })}
                />
                <TextField
                  label="Time zone"
                  maxLength={64}
                  value={quiet.timeZone}
                  error={errorAt("/quietHours/timeZone")}
                  onChange={(event) =>
                    setDraft({ ...draft, quietHours: { ...quiet, timeZone: event.target.value } })}
                />
              </div>
              <Check
                label="Alarms come through all the same"
                checked={quiet.exceptAlarm}
                onChange={(event) =>
                  setDraft({
                    ...draft,
                    quietHours: { ...quiet, exceptAlarm: event.target.checked },
                  })}
              />
            </>
          )}
        </fieldset>
        <SelectField
          label="Language of messages"
          value={draft.language ?? ""}
          onChange={(event) =>
            setDraft({ ...draft, language: (event.target.value || null) as "en" | "de" | null })}
        >
          <option value="">as the organisation</option>
          <option value="en">English</option>
          <option value="de">Deutsch</option>
        </SelectField>
        <FormError>{sending.wrong.rest}</FormError>
        <div>
          <Button kind="primary" type="submit" busy={sending.busy}>Save</Button>
        </div>
      </form>
    </Section>
  );
}
