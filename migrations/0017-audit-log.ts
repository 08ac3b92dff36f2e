import type { Knex } from 'knex'

/**
 * The audit log. Leaves are commitments, which stay for ever; the nonce and the body of an entry are what can be erased. `audit_nodes` has
 * the hashes of complete subtrees of 256, 65,536, … leaves; `audit_log` the right edge of the tree, whose row is the lock of all hubs;
 * `audit_witnesses` what hub and spokes have seen of each other's logs.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`create table audit_log (
    one boolean primary key default true check (one),
    size bigint not null,
    peaks bytea not null,
    last_time timestamptz not null,
    verifier_key text,
    note text
  )`)
  await knex.raw(`insert into audit_log (size, peaks, last_time) values (0, '', '-infinity')`)
  await knex.raw(`create table audit_leaves (
    index bigint primary key,
    commitment bytea not null,
    hash bytea not null,
    time timestamptz not null,
    phase text not null,
    part text not null,
    party text,
    organisation text,
    purpose text,
    transaction uuid not null,
    spokes text[] not null,
    tables text[] not null,
    nonce bytea,
    body text
  )`)
  await knex.raw('create index audit_leaves_transaction on audit_leaves (transaction)')
  await knex.raw('create index audit_leaves_party on audit_leaves (party, index)')
  await knex.raw('create index audit_leaves_organisation on audit_leaves (organisation, index)')
  await knex.raw('create index audit_leaves_time on audit_leaves (time, index)')
  await knex.raw('create index audit_leaves_tables on audit_leaves using gin (tables)')
  await knex.raw('create index audit_leaves_spokes on audit_leaves using gin (spokes)')
  await knex.raw(`create table audit_nodes (
    level smallint not null,
    index bigint not null,
    hash bytea not null,
    primary key (level, index)
  )`)
  await knex.raw('create table audit_checkpoints (size bigint primary key, note text not null, time timestamptz not null)')
  await knex.raw(`create table audit_witnesses (
    spoke text primary key,
    log_key text not null,
    note text not null,
    cosigned text,
    stopped text,
    time timestamptz not null
  )`)
  await knex.raw('create table audit_keys (verifier_key text primary key, since_size bigint not null, time timestamptz not null)')
  await knex.raw(
    'create table audit_actors (issuer text not null, subject text not null, key bytea not null, primary key (issuer, subject))',
  )
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
