#include "rootfs/image/manifest_file.hpp"

namespace farboot::rootfs
{

Result<ManifestFile> ManifestFile::open(const std::filesystem::path& path, const Digest& digest)
{
    auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    const auto fixed = file->read(0, manifest_fixed_bytes);
    if (!fixed)
        return std::unexpected(fixed.error());
    const ImageRef ref{digest,
                       manifest_fixed_bytes +
                           std::uint64_t{load<std::uint32_t>(as_bytes(*fixed), 32)} * manifest_table_entry_bytes,
                       load<std::uint64_t>(as_bytes(*fixed), 16)};
    if (auto checked = ManifestRoot::check(ref); !checked)
        return std::unexpected(std::move(checked.error()));
    const auto bytes = file->read(0, ref.root_bytes);
    if (!bytes)
        return std::unexpected(bytes.error());
    auto root = ManifestRoot::parse(as_bytes(*bytes), ref);
    if (!root)
        return std::unexpected(root.error());
    return ManifestFile(std::move(*file), std::move(*root));
}

Result<std::string> ManifestFile::page_bytes(std::uint32_t number) const
{
    const auto range = root_.page_range(number);
    return file_.read(range.offset, range.length);
}

Result<ManifestPage> ManifestFile::page(std::uint32_t number) const
{
    const auto data = page_bytes(number);
    if (!data)
        return std::unexpected(data.error());
    return root_.parse_page(as_bytes(*data), number);
}

Result<void> ManifestFile::walk(const std::function<Result<void>(const ChunkRef&)>& visit) const
{
    for (std::uint32_t number = 0; number < root_.page_count(); ++number) {
        const auto read = page(number);
        if (!read)
            return std::unexpected(read.error());
        for (const auto& chunk : read->chunks)
            if (auto done = visit(chunk); !done)
                return done;
    }
    return {};
}

Result<void> ManifestFile::verify() const
{
    const auto size = file_.size();
    if (!size)
        return std::unexpected(size.error());
    if (*size != root_.file_bytes())
        return fail("manifest-malformed", "The manifest {} has {} bytes instead of {}.", root_.ref().manifest.hex(),
                    *size, root_.file_bytes());
    return walk([](const ChunkRef&) { return Result<void>(); });
}

} // namespace farboot::rootfs
