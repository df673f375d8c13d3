#include "rootfs/cli/qemu_reads.hpp"

#include <algorithm>
#include <charconv>

namespace farboot::rootfs
{

namespace
{

constexpr std::string_view event = ":blk_co_preadv ";

/// The number behind a word of the line.
std::optional<std::uint64_t> number_after(std::string_view line, std::string_view word)
{
    const auto at = line.find(word);
    if (at == std::string_view::npos)
        return std::nullopt;
    std::uint64_t number = 0;
    const auto* begin = line.data() + at + word.size();
    const auto [end, error] = std::from_chars(begin, line.data() + line.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

} // namespace

void QemuReads::take(std::string_view text)
{
    rest_ += text;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
        take_line(std::string_view(rest_).substr(begin, end - begin));
        begin = end + 1;
    }
    rest_.erase(0, begin);
}

void QemuReads::take_line(std::string_view line)
{
    const auto seconds = number_after(line, "@");
    const auto microseconds = number_after(line, ".");
    const auto offset = number_after(line, " offset ");
    const auto length = number_after(line, " bytes ");
    if (!line.contains(event) || !seconds || !microseconds || !offset || !length || *length == 0 ||
        *offset >= image_bytes_ || reads_.size() >= Trace::most_reads)
        return;
    const auto end = *offset + std::min(*length, image_bytes_ - *offset);
    auto is_new = false;
    for (auto number = *offset / block; number * block < end; ++number) {
        if (met_[number])
            continue;
        met_[number] = true;
        ++met_blocks_;
        is_new = true;
    }
    if (!is_new)
        return;
    const std::chrono::microseconds now{static_cast<std::int64_t>(*seconds * 1'000'000 + *microseconds)};
    if (!begun_)
        begun_ = now;
    // The clock of the machine that QEMU runs on may be set back meanwhile.
    const auto time = std::max(now - *begun_, reads_.empty() ? std::chrono::microseconds{} : reads_.back().time);
    reads_.push_back({time, {*offset, end - *offset}});
}

} // namespace farboot::rootfs
