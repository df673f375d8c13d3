#include "rootfs/cli/record_file.hpp"

#include "rootfs/image/file.hpp"

namespace farboot::rootfs
{

Result<RecordFile> load_record(const std::string& file)
{
    auto text = read_file(file, max_envelope_file);
    if (!text)
        return std::unexpected(text.error());
    auto envelope = Envelope::parse(*text);
    if (!envelope)
        return fail(envelope.error().reason, "{}: {}", file, envelope.error().sentence);
    auto header = RecordHeader::parse(envelope->payload);
    if (!header)
        return fail(header.error().reason, "{}: {}", file, header.error().sentence);
    return RecordFile{std::move(*text), std::move(*envelope), std::move(*header)};
}

} // namespace farboot::rootfs
