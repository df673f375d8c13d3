#include "rootfs/image/trace.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>
#include <array>

namespace farboot::rootfs
{

namespace
{

constexpr std::string_view magic = "# farboot trace 1";
constexpr std::string_view columns = "t_seconds,offset,length";
constexpr std::size_t longest_label = 80;
constexpr auto longest_time = std::chrono::hours(24);

template <class Number>
bool read_number(std::string_view text, Number& number)
{
    const auto read = to_number<Number>(text);
    number = read.value_or(0);
    return read.has_value();
}

/// "12.345678" with up to six digits behind the point.
bool read_seconds(std::string_view text, std::chrono::microseconds& time)
{
    const auto point = std::min(text.find('.'), text.size());
    auto digits = std::string(text.substr(std::min(point + 1, text.size())));
    if (digits.size() > 6)
        return false;
    digits.resize(6, '0');
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;
    if (!read_number(text.substr(0, point), seconds) || !read_number(std::string_view(digits), fraction))
        return false;
    time = std::chrono::seconds(seconds) + std::chrono::microseconds(fraction);
    return time <= longest_time;
}

bool read_row(std::string_view line, Trace::Read& read)
{
    const auto first = line.find(',');
    const auto second = line.find(',', std::min(first, line.size() - 1) + 1);
    return first != line.npos && second != line.npos && read_seconds(line.substr(0, first), read.time) &&
           read_number(line.substr(first + 1, second - first - 1), read.range.offset) &&
           read_number(line.substr(second + 1), read.range.length);
}

/// Takes a line `# key value` over. What is wrong with it, or nothing; keys that are not known here are remarks.
std::string_view read_label(std::string_view line, Trace& trace)
{
    if (!line.starts_with("# "))
        return "it is neither the columns' names nor begins with \"# \"";
    line.remove_prefix(2);
    const auto space = std::min(line.find(' '), line.size());
    const auto key = line.substr(0, space);
    const auto value = line.substr(std::min(space + 1, line.size()));
    if (key == "manifest") {
        const auto digest = Digest::from_hex(value);
        trace.manifest = digest.value_or(Digest{});
        return digest ? "" : "the manifest is no digest of 64 hexadecimal digits";
    }
    if (key == "image_bytes")
        return read_number(value, trace.image_bytes) ? "" : "the image's bytes are no number";
    if (!is_trace_label(value))
        return "what it says is longer than 80 characters, or not ASCII";
    if (key == "hardware")
        trace.hardware = value;
    else if (key == "session")
        trace.session = value;
    else if (key == "guessed")
        trace.guessed = true;
    return "";
}

} // namespace

bool is_trace_label(std::string_view text)
{
    return text.size() <= longest_label && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string Trace::to_text() const
{
    auto text = fmt::format("{}\n# manifest {}\n# image_bytes {}\n", magic, manifest.hex(), image_bytes);
    if (!hardware.empty())
        text += fmt::format("# hardware {}\n", hardware);
    if (!session.empty())
        text += fmt::format("# session {}\n", session);
    if (guessed)
        text += "# guessed from the image's files\n";
    text += fmt::format("{}\n", columns);
    for (const auto& read : reads)
        text += fmt::format("{}.{:06},{},{}\n", read.time.count() / 1'000'000, read.time.count() % 1'000'000,
                            read.range.offset, read.range.length);
    return text;
}

Result<Trace> Trace::parse(std::string_view text)
{
    std::size_t number = 0;
    const auto malformed = [&](std::string_view what) {
        return fail("trace-malformed", "The trace cannot be used: {} (line {}).", what, number);
    };
    if (text.size() > most_text_bytes)
        return malformed("it is too long");
    Trace trace;
    auto in_rows = false;
    while (!text.empty()) {
        ++number;
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (number == 1) {
            if (line != magic)
                return malformed("it does not begin with \"# farboot trace 1\"");
        } else if (in_rows) {
            Read read;
            if (!read_row(line, read))
                return malformed("it is no row of time, offset and length");
            const auto& range = read.range;
            if (range.length == 0 || range.offset >= trace.image_bytes ||
                range.length > trace.image_bytes - range.offset)
                return malformed("the read does not lie in the image");
            if (!trace.reads.empty() && read.time < trace.reads.back().time)
                return malformed("time goes back");
            if (trace.reads.size() == most_reads)
                return malformed("it has too many rows");
            trace.reads.push_back(read);
        } else if (line == columns) {
            in_rows = true;
        } else if (const auto wrong = read_label(line, trace); !wrong.empty()) {
            return malformed(wrong);
        }
    }
    if (!in_rows || trace.manifest.is_zero() || trace.image_bytes == 0 || trace.image_bytes > max_image_bytes)
        return malformed("it does not say of which image it is");
    return trace;
}

} // namespace farboot::rootfs
