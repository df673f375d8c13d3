#include "rootfs/image/record_needs.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_record_bytes = 1 << 20;

Result<void> add_needs_of_file(const std::filesystem::path& file, RecordNeeds& needs)
{
    const auto text = read_file(file, max_record_bytes);
    if (!text)
        return std::unexpected(text.error());
    const auto envelope = Envelope::parse(*text);
    if (!envelope)
        return std::unexpected(envelope.error());
    return add_needs(envelope->payload, file.string(), needs);
}

} // namespace

Result<void> add_needs(const std::string& payload, const std::string& file, RecordNeeds& needs)
{
    const auto header = RecordHeader::parse(payload);
    if (!header)
        return std::unexpected(header.error());
    if (header->name.type == "boot") {
        const auto record = BootRecord::parse(payload);
        if (!record)
            return std::unexpected(record.error());
        needs.files.emplace(record->kernel.digest, file);
        for (const auto& part : record->initramfs)
            needs.files.emplace(part.digest, file);
    }
    const auto image = image_of(payload);
    if (image)
        needs.images.emplace(image->manifest, file);
    else if (image.error().reason != "type-mismatch") // a record without an image
        return std::unexpected(image.error());
    return {};
}

Result<RecordNeeds> read_record_needs(const std::filesystem::path& folder)
{
    RecordNeeds needs;
    std::error_code error;
    std::filesystem::recursive_directory_iterator entries(folder, error);
    if (error)
        return fail(error == std::errc::no_such_file_or_directory ? "not-found" : "io",
                    "Cannot read the records in {}: {}.", folder.string(), error.message());
    for (const std::filesystem::recursive_directory_iterator end; entries != end; entries.increment(error)) {
        const auto& file = entries->path();
        if (file.extension() == ".dsse")
            if (const auto added = add_needs_of_file(file, needs); !added)
                return fail("record-unreadable",
                            "It is not known what {} needs: {} Move it away if it is of no use any more.",
                            file.string(), added.error().sentence);
    }
    if (error)
        return fail("io", "Cannot read the records in {}: {}.", folder.string(), error.message());
    return needs;
}

} // namespace farboot::rootfs
