// The official `stripe` package, unmodified, against stripe_lite: only the address of the API differs.
//
// It reads STRIPE_LITE_URL (default http://127.0.0.1:8000) and STRIPE_LITE_KEY (default a new sandbox).

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import Stripe from "stripe";

const url = new URL(process.env.STRIPE_LITE_URL || "http://127.0.0.1:8000");
const key = process.env.STRIPE_LITE_KEY || `sk_test_sdk${randomBytes(8).toString("hex")}`;
const webhookSecondsMax = 15;

// What a shop in production leaves out are these three options: everything else stays as it is.
const stripe = new Stripe(key, {
  host: url.hostname,
  port: url.port || (url.protocol === "https:" ? "443" : "80"),
  protocol: url.protocol.slice(0, -1),
});

/** Runs a webhook receiver; `next()` gives the body and the signature of one webhook after the other. */
async function receiving() {
  const arrived = [];
  const waiting = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const webhook = { body: Buffer.concat(chunks), signature: request.headers["stripe-signature"] };
      const taker = waiting.shift();
      if (taker) taker(webhook);
      else arrived.push(webhook);
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const next = () =>
    new Promise((resolve, reject) => {
      if (arrived.length > 0) return resolve(arrived.shift());
      const timer = setTimeout(() => reject(new Error("a webhook did not arrive")), webhookSecondsMax * 1000);
      waiting.push((webhook) => {
        clearTimeout(timer);
        resolve(webhook);
      });
    });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}/webhook`, next, close };
}

/** The error that a declined card raises. */
async function decline(customer) {
  try {
    await stripe.paymentIntents.create({
      amount: 2000,
      currency: "usd",
      customer,
      payment_method: "pm_card_visa_chargeDeclined",
      payment_method_types: ["card"],
      confirm: true,
    });
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) return error;
    throw error;
  }
  throw new Error("a card that is always declined was charged");
}

async function main() {
  const receiver = await receiving();
  try {
    const endpoint = await stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ["payment_intent.succeeded", "payment_intent.payment_failed"],
    });
    console.log(`stripe ${Stripe.PACKAGE_VERSION}, API version ${Stripe.API_VERSION}, at ${url.origin}`);

    const customer = await stripe.customers.create({ name: "Ada Lovelace", email: "ada@example.com" });
    const paid = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "usd",
      customer: customer.id,
      payment_method: "pm_card_visa",
      payment_method_types: ["card"],
      confirm: true,
    });
    console.log(`payment   ${paid.id}: ${paid.status}`);
    assert.equal(paid.status, "succeeded");

    const declined = await decline(customer.id);
    console.log(`decline   ${declined.code} (${declined.decline_code}): ${declined.message}`);
    assert.equal(declined.decline_code, "generic_decline");

    const types = new Set();
    for (let count = 0; count < 2; count += 1) {
      const { body, signature } = await receiver.next();
      const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
      console.log(`webhook   ${event.id}: ${event.type}, verified`);
      types.add(event.type);
    }
    assert.deepEqual(types, new Set(["payment_intent.succeeded", "payment_intent.payment_failed"]));
    console.log("Everything went as it does with Stripe.");
  } finally {
    receiver.close();
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Stripe.errors.StripeConnectionError)) throw error;
  console.error(`No stripe_lite answers at ${url.origin}: start one with ./run, or set STRIPE_LITE_URL.`);
  process.exitCode = 1;
}
