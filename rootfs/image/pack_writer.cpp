#include "rootfs/image/pack_writer.hpp"

#include <utility>

namespace farboot::rootfs
{

bool PackWriter::is_full_for(std::size_t stored_length) const
{
    const auto rows = (index_.rows.size() + 1) * pack_row_bytes;
    return !empty() && file_.size() + stored_length + rows + pack_trailer_bytes > full_pack_bytes;
}

void PackWriter::add(const Digest& digest, std::uint32_t plain_length, std::string_view stored)
{
    if (file_.empty())
        file_ = "FBPACK01";
    index_.rows.push_back({digest, file_.size(), static_cast<std::uint32_t>(stored.size()), plain_length});
    file_ += stored;
}

PackWriter::Pack PackWriter::finish()
{
    for (const auto& row : index_.rows) {
        append(file_, row.digest);
        append(file_, row.offset);
        append(file_, row.stored_length);
        append(file_, row.plain_length);
    }
    append(file_, std::uint64_t{index_.rows.size()});
    file_ += "FBPKEND1";
    Pack pack{{sha256(as_bytes(file_)), file_.size()}, std::exchange(index_, {}), std::exchange(file_, {})};
    return pack;
}

} // namespace farboot::rootfs
