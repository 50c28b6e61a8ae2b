/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of entries that are found by a string.
 */
#ifndef VR_AGENT_TABLE_H
#define VR_AGENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct table_entry - the first member of what is kept in a table
 * @key: owned by the table
 */
struct table_entry {
	struct table_entry *next;
	char *key;
};

/* All zero is empty. */
struct table {
	struct table_entry **buckets;
	unsigned int bucket_count;
	unsigned int count;
};

/* Return: the entry, or NULL. */
void *table_find(const struct table *table, const char *key);

/**
 * table_get() - Find an entry or make one
 * @size: of an entry, which is all zero but for its key
 *
 * Return: the entry, NULL when memory is short.
 */
void *table_get(struct table *table, const char *key, size_t size);

/* Take an entry out and free it, but not what it points to. */
void table_remove(struct table *table, void *entry);

/**
 * table_next() - Go over all, in no order
 * @entry: NULL to begin
 *
 * The one that was given last may have been removed only if table_next() was
 * asked for its successor before.  None may be added meanwhile.
 *
 * Return: the next, or NULL.
 */
void *table_next(const struct table *table, const void *entry);

#define table_for_each(entry, following, table)                         \
	for ((entry) = table_next(table, NULL);                         \
	     (entry) && ((following) = table_next(table, entry), true); \
	     (entry) = (following))

/* Free the table and all entries. */
void table_free(struct table *table);

#endif /* VR_AGENT_TABLE_H */
