// SPDX-License-Identifier: Apache-2.0
/*
 * A hash table with chains, which doubles.  Entry points: table_find() and
 * table_get().
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/hash.h"
#include "table.h"

#define FIRST_BUCKETS 16

static struct table_entry **bucket_of(const struct table *table,
				      const char *key)
{
	return &table->buckets[vr_hash32(key, strlen(key)) &
			       (table->bucket_count - 1)];
}

static bool grow(struct table *table)
{
	struct table old = *table;
	struct table_entry *entry, *next;
	unsigned int i;

	table->bucket_count = old.count ? 2 * old.bucket_count : FIRST_BUCKETS;
	table->buckets = calloc(table->bucket_count, sizeof(*table->buckets));
	if (!table->buckets) {
		*table = old;
		return false;
	}
	for (i = 0; i < old.bucket_count; i++) {
		for (entry = old.buckets[i]; entry; entry = next) {
			next = entry->next;
			entry->next = *bucket_of(table, entry->key);
			*bucket_of(table, entry->key) = entry;
		}
	}
	free(old.buckets);
	return true;
}

void *table_find(const struct table *table, const char *key)
{
	struct table_entry *entry;

	if (!table->count)
		return NULL;
	for (entry = *bucket_of(table, key); entry; entry = entry->next) {
		if (!strcmp(entry->key, key))
			return entry;
	}
	return NULL;
}

void *table_get(struct table *table, const char *key, size_t size)
{
	struct table_entry *entry = table_find(table, key);

	if (entry)
		return entry;
	if (table->count >= table->bucket_count && !grow(table))
		return NULL;
	entry = calloc(1, size);
	if (!entry)
		return NULL;
	entry->key = strdup(key);
	if (!entry->key) {
		free(entry);
		return NULL;
	}
	entry->next = *bucket_of(table, key);
	*bucket_of(table, key) = entry;
	table->count++;
	return entry;
}

void table_remove(struct table *table, void *entry)
{
	struct table_entry **at, *old = entry;

	for (at = bucket_of(table, old->key); *at != old; at = &(*at)->next)
		;
	*at = old->next;
	table->count--;
	free(old->key);
	free(old);
}

void *table_next(const struct table *table, const void *entry)
{
	const struct table_entry *current = entry;
	unsigned int i = 0;

	if (current && current->next)
		return current->next;
	if (current)
		i = (unsigned int)(bucket_of(table, current->key) -
				   table->buckets) +
		    1;
	for (; i < table->bucket_count; i++) {
		if (table->buckets[i])
			return table->buckets[i];
	}
	return NULL;
}

void table_free(struct table *table)
{
	void *entry, *next;

	table_for_each(entry, next, table)
		table_remove(table, entry);
	free(table->buckets);
	*table = (struct table){ 0 };
}
