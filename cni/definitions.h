/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_DEFINITIONS_H
#define VR_CNI_DEFINITIONS_H

#include <stdbool.h>

#include "definition.h"

/**
 * struct definitions - the files of a folder
 * @folder: its path
 * @scanned: whether all files were read
 * @files: those that could be read, and why the others could not
 */
struct definitions {
	const char *folder;
	bool scanned;
	struct definition_file *files;
	unsigned int count;
};

/**
 * definitions_open() - Name a folder of definitions
 *
 * Nothing is read yet. A folder that does not exist is empty. What is wrong with
 * a file is told when its network is asked for.
 */
void definitions_open(struct definitions *definitions, const char *folder);

/**
 * definitions_find() - Parse the definition of a network
 * @where: who asks for it, for the error message
 *
 * With thousands of files, the one that has the network's name (as
 * ipam_network_name() writes it) is all that is read. Only a network that is not
 * in such a file is looked for in all of them, and there it may be only once.
 *
 * Return: 0; -ENOENT (CNI code 7) when there is none; another negative.
 */
int definitions_find(struct definitions *definitions, const char *name,
		     const char *where, struct definition *definition,
		     struct vr_error *err);

void definitions_free(struct definitions *definitions);

#endif
