#include "rootfs/image/store.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/image/locator.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

/// The digests that are names of files in a folder.
void collect(const std::filesystem::path& folder, std::vector<Digest>& digests)
{
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (const auto digest = Digest::from_hex(entry.path().filename().string()))
            digests.push_back(*digest);
}

std::vector<Digest> names_in(const std::filesystem::path& folder)
{
    std::vector<Digest> found;
    collect(folder, found);
    std::ranges::sort(found);
    return found;
}

bool is_version(const std::string& name)
{
    return name.size() > 1 && name.front() == 'v' && name.find_first_not_of("0123456789", 1) == std::string::npos;
}

} // namespace

std::filesystem::path part_of_store(const std::filesystem::path& folder, const std::string& audience)
{
    return audience.empty() ? folder : folder / restricted_path(audience);
}

Result<Store> Store::open(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::is_directory(folder / "v1", error))
        return Store(folder);
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (is_version(entry.path().filename().string()))
            return fail("version-unknown", "The store {} has version {}, but this program knows only v1: update it.",
                        folder.string(), entry.path().filename().string());
    return fail("not-found", "There is no image store in {}. Publishing an image makes one.", folder.string());
}

std::filesystem::path Store::manifest(const Digest& root) const
{
    return folder_ / manifest_path(root);
}

std::filesystem::path Store::locator(const Digest& root) const
{
    return folder_ / locator_path(root);
}

std::filesystem::path Store::pack(const Digest& pack) const
{
    return folder_ / pack_path(pack);
}

std::filesystem::path Store::hot_pack(const Digest& pack) const
{
    return folder_ / hot_pack_path(pack);
}

std::filesystem::path Store::file(const Digest& file) const
{
    return folder_ / "v1/files" / file.hex();
}

std::string Store::relative(const std::filesystem::path& file) const
{
    return file.lexically_relative(folder_).generic_string();
}

std::vector<Digest> Store::manifests() const
{
    return names_in(folder_ / "v1/manifests");
}

std::vector<Digest> Store::locators() const
{
    return names_in(folder_ / "v1/locators");
}

std::vector<Digest> Store::hot_packs() const
{
    return names_in(folder_ / "v1/hot");
}

std::vector<Digest> Store::files() const
{
    return names_in(folder_ / "v1/files");
}

std::vector<Digest> Store::packs() const
{
    std::vector<Digest> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "v1/packs", error))
        collect(entry.path(), found);
    std::ranges::sort(found);
    return found;
}

Result<ManifestFile> Store::open_manifest(const Digest& digest) const
{
    auto file = ManifestFile::open(manifest(digest), digest);
    if (!file && file.error().reason == "not-found")
        return fail("not-found", "The store {} has no image {}.", folder_.string(), digest.hex());
    return file;
}

Result<ImageRef> Store::image(const Digest& digest) const
{
    const auto file = open_manifest(digest);
    if (!file)
        return std::unexpected(file.error());
    return file->root().ref();
}

} // namespace farboot::rootfs
