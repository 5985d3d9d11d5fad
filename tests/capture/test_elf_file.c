/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf_file.h"

#include "harness.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A library as a linker writes it: an executable segment, a note, and a table of exported functions. */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segment[2];
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint8_t id[20];
	} note;
	Elf64_Sym symbol[3];
	char strings[64];
	Elf64_Shdr section[3];
};

static struct image good_image(void)
{
	struct image i = {
		.header = { .e_phoff = offsetof(struct image, segment),
			    .e_shoff = offsetof(struct image, section),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 2,
			    .e_shentsize = sizeof(Elf64_Shdr),
			    .e_shnum = 3 },
		/* Loaded at 0x5000 from 0x4000. */
		.segment = { { .p_type = PT_LOAD,
			       .p_flags = PF_R | PF_X,
			       .p_offset = 0x4000,
			       .p_vaddr = 0x5000,
			       .p_filesz = 0x1000 },
			     { .p_type = PT_NOTE,
			       .p_offset = offsetof(struct image, note),
			       .p_filesz = sizeof i.note } },
		.note = { .header = { .n_namesz = 4, .n_descsz = 20, .n_type = NT_GNU_BUILD_ID },
			  .name = "GNU",
			  .id = { 0xab, 0x01 } },
		/* An imported one of the same name comes first. */
		.symbol = { { .st_name = 1,
			      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			      .st_shndx = SHN_UNDEF,
			      .st_value = 0x5001 },
			    { .st_name = 1,
			      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			      .st_shndx = 7,
			      .st_value = 0x5123 },
			    { .st_name = 10,
			      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			      .st_shndx = 7,
			      .st_value = 0x6000 } },
		.strings = "\0function\0beyond",
		.section = { { .sh_type = SHT_NULL },
			     { .sh_type = SHT_DYNSYM,
			       .sh_link = 2,
			       .sh_entsize = sizeof(Elf64_Sym),
			       .sh_offset = offsetof(struct image, symbol),
			       .sh_size = sizeof i.symbol },
			     { .sh_type = SHT_STRTAB,
			       .sh_offset = offsetof(struct image, strings),
			       .sh_size = sizeof i.strings } },
	};

	memcpy(i.header.e_ident, ELFMAG, SELFMAG);
	i.header.e_ident[EI_CLASS] = ELFCLASS64;
	return i;
}

static int file_of(const void *bytes, size_t size)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, bytes, size), (int)size);
	return fd;
}

START_TEST(finds_function_and_build_id)
{
	struct image image = good_image();
	int fd = file_of(&image, sizeof image);
	char text[ELF_BUILD_ID_TEXT];
	uint64_t offset = 0;

	ck_assert(elf_file_function(fd, "function", &offset));
	ck_assert_uint_eq(offset, 0x4123);
	ck_assert(!elf_file_function(fd, "functio", &offset));
	ck_assert(!elf_file_function(fd, "absent", &offset));
	ck_assert(!elf_file_function(fd, "beyond", &offset)); /* its address is in no segment */
	ck_assert(elf_file_build_id(fd, text));
	ck_assert_str_eq(text, "ab01000000000000000000000000000000000000");
	close(fd);
}
END_TEST

/* Every byte damaged, every length: no crash, and no offset outside of what a file can have. */
START_TEST(damaged)
{
	char text[ELF_BUILD_ID_TEXT];
	uint64_t offset;

	for (size_t at = 0; at < sizeof(struct image); at++)
		for (unsigned way = 0; way < 3; way++) {
			struct image image = good_image();
			uint8_t *bytes = (uint8_t *)&image;
			int fd;

			bytes[at] = way == 0 ? 0xff : way == 1 ? 0x7f : (uint8_t)(bytes[at] + 1);
			fd = file_of(&image, way == 2 ? at + 1 : sizeof image);
			offset = 0;
			if (elf_file_function(fd, "function", &offset))
				ck_assert_uint_le(offset, INT64_MAX);
			elf_file_build_id(fd, text);
			ck_assert_uint_lt(strlen(text), ELF_BUILD_ID_TEXT);
			close(fd);
		}
}
END_TEST

/* The test itself, as the linker of this machine made it: the C library in use. */
START_TEST(real_library)
{
	char line[512], path[256];
	char text[ELF_BUILD_ID_TEXT];
	uint64_t offset = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	int fd = -1;

	while (maps && fd < 0 && fgets(line, sizeof line, maps))
		if (strstr(line, "/libc.so.6") && sscanf(strchr(line, '/'), "%255s", path) == 1)
			fd = open(path, O_RDONLY | O_CLOEXEC);
	if (maps)
		fclose(maps);
	if (fd < 0)
		return;
	ck_assert(elf_file_function(fd, "fopen", &offset));
	ck_assert_uint_gt(offset, 0);
	ck_assert(elf_file_build_id(fd, text));
	close(fd);
}
END_TEST

SUITE("elf file", finds_function_and_build_id, damaged, real_library)
