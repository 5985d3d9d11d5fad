/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf_file.h"

#include "span.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SEGMENTS_MAX = 128,
	SECTIONS_MAX = 4096,
	NOTES_MAX = 64 << 10, /* bytes of a note segment */
};

static bool read_at(int fd, uint64_t offset, void *to, size_t size)
{
	return offset <= INT64_MAX && pread(fd, to, size, (off_t)offset) == (ssize_t)size;
}

static bool read_header(int fd, Elf64_Ehdr *header)
{
	return read_at(fd, 0, header, sizeof *header) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_phnum <= SEGMENTS_MAX && header->e_shnum <= SECTIONS_MAX;
}

/* Reads segment |index|. */
static bool read_segment(int fd, const Elf64_Ehdr *header, size_t index, Elf64_Phdr *segment)
{
	return header->e_phoff <= INT64_MAX &&
	       read_at(fd, header->e_phoff + index * sizeof *segment, segment, sizeof *segment);
}

static bool read_section(int fd, const Elf64_Ehdr *header, size_t index, Elf64_Shdr *section)
{
	return index < header->e_shnum && header->e_shentsize == sizeof *section &&
	       header->e_shoff <= INT64_MAX &&
	       read_at(fd, header->e_shoff + index * sizeof *section, section, sizeof *section);
}

/* Reads |size| bytes into memory that the caller frees. NULL if they are too many, or do not exist. */
static void *load(int fd, uint64_t offset, uint64_t size, uint64_t most)
{
	void *bytes = size && size <= most ? malloc(size) : NULL;

	if (bytes && !read_at(fd, offset, bytes, size)) {
		free(bytes);
		bytes = NULL;
	}
	return bytes;
}

/************ a function ************/

/* The address of the function in the tables |symbols| and |strings|; 0: it is not there. */
static uint64_t find_address(const Elf64_Sym *symbols, size_t count, struct span strings, const char *name)
{
	size_t length = strlen(name) + 1;

	for (size_t i = 0; i < count; i++) {
		const Elf64_Sym *symbol = &symbols[i];

		if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF &&
		    span_has(strings, symbol->st_name, length) &&
		    memcmp(strings.at + symbol->st_name, name, length) == 0)
			return symbol->st_value;
	}
	return 0;
}

/* Where the loader takes the code at |address| from. */
static bool file_offset(int fd, const Elf64_Ehdr *header, uint64_t address, uint64_t *offset)
{
	Elf64_Phdr segment;

	for (size_t i = 0; i < header->e_phnum && read_segment(fd, header, i, &segment); i++) {
		if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) || address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*offset = address - segment.p_vaddr + segment.p_offset;
		return *offset <= INT64_MAX;
	}
	return false;
}

bool elf_file_function(int fd, const char *name, uint64_t *offset)
{
	Elf64_Ehdr header;
	Elf64_Shdr section, linked;
	uint64_t address = 0;

	if (!read_header(fd, &header))
		return false;
	for (size_t i = 0; i < header.e_shnum && !address && read_section(fd, &header, i, &section); i++) {
		Elf64_Sym *symbols;
		char *strings;

		if (section.sh_type != SHT_DYNSYM || section.sh_entsize != sizeof *symbols ||
		    !read_section(fd, &header, section.sh_link, &linked))
			continue;
		symbols = load(fd, section.sh_offset, section.sh_size, ELF_SYMBOLS_MAX * sizeof *symbols);
		strings = load(fd, linked.sh_offset, linked.sh_size, ELF_STRINGS_MAX);
		if (symbols && strings)
			address = find_address(symbols, section.sh_size / sizeof *symbols,
					       span_of(strings, linked.sh_size), name);
		free(symbols);
		free(strings);
	}
	return address && file_offset(fd, &header, address, offset);
}

/************ the build id ************/

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~UINT64_C(3);
}

static bool find_build_id(struct span notes, char text[static ELF_BUILD_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	uint32_t name, size, type;

	/* These notes have the byte order of the machine, which is little-endian wherever there are probes. */
	for (; span_get_le32(notes, 0, &name) && span_get_le32(notes, 4, &size) &&
	       span_get_le32(notes, 8, &type);
	     notes = span_from(notes, (size_t)(12 + padded(name) + padded(size)))) {
		struct span value = span_from(notes, (size_t)(12 + padded(name)));

		if (type != NT_GNU_BUILD_ID || name != 4 || !span_has(notes, 12, 4) ||
		    memcmp(notes.at + 12, "GNU", 4) != 0 || !span_has(value, 0, size))
			continue;
		for (size_t i = 0; i < size && 2 * i + 2 < ELF_BUILD_ID_TEXT; i++) {
			text[2 * i] = digits[value.at[i] >> 4];
			text[2 * i + 1] = digits[value.at[i] & 15];
			text[2 * i + 2] = 0;
		}
		return size > 0;
	}
	return false;
}

bool elf_file_build_id(int fd, char text[static ELF_BUILD_ID_TEXT])
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	bool found = false;

	text[0] = 0;
	if (!read_header(fd, &header))
		return false;
	for (size_t i = 0; i < header.e_phnum && !found && read_segment(fd, &header, i, &segment); i++) {
		void *notes;

		if (segment.p_type != PT_NOTE)
			continue;
		notes = load(fd, segment.p_offset, segment.p_filesz, NOTES_MAX);
		found = notes && find_build_id(span_of(notes, segment.p_filesz), text);
		free(notes);
	}
	return found;
}
