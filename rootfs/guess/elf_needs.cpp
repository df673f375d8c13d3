#include "rootfs/guess/elf_needs.hpp"

#include "rootfs/base/freer.hpp"

#include <memory>
#include <sstream>

#include <gelf.h>

namespace farboot::rootfs
{

namespace
{

/// In case of "a:b".
void add_folders(ElfNeeds& needs, const std::string& list)
{
    std::istringstream words(list);
    for (std::string folder; std::getline(words, folder, ':');)
        needs.folders.push_back(folder);
}

void take_dynamic(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ElfNeeds& needs)
{
    auto* data = elf_getdata(section, nullptr);
    const auto count = data != nullptr && header.sh_entsize > 0 ? data->d_size / header.sh_entsize : 0;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Dyn entry;
        if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr || entry.d_tag == DT_NULL)
            return;
        if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH)
            continue;
        const auto* text = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
        if (text == nullptr)
            continue;
        if (entry.d_tag == DT_NEEDED)
            needs.libraries.emplace_back(text);
        else
            add_folders(needs, text);
    }
}

std::string loader_of(Elf* elf, const std::string& file)
{
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0)
        return {};
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr || header.p_type != PT_INTERP ||
            header.p_offset > file.size())
            continue;
        return file.substr(header.p_offset, header.p_filesz).c_str(); // up to its zero
    }
    return {};
}

} // namespace

ElfNeeds elf_needs(std::string& file)
{
    ElfNeeds needs;
    elf_version(EV_CURRENT);
    const std::unique_ptr<Elf, Freer<elf_end>> elf(elf_memory(file.data(), file.size()));
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF)
        return needs;
    needs.loader = loader_of(elf.get(), file);
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != nullptr && header.sh_type == SHT_DYNAMIC)
            take_dynamic(elf.get(), section, header, needs);
    }
    return needs;
}

} // namespace farboot::rootfs
