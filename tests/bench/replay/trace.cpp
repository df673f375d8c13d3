#include "tests/bench/replay/trace.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <utility>

namespace farboot::bench
{

namespace
{

constexpr std::uint32_t largest_read = 32 * 1024 * 1024; // what an NBD server must be able to do

/// The value behind `name`, if the line is "# name value".
const char* value_of(const std::string& line, const std::string& name)
{
    const auto start = "# " + name + " ";
    return line.starts_with(start) ? line.c_str() + start.size() : nullptr;
}

} // namespace

Trace Trace::load(const std::string& file)
{
    std::ifstream stream(file);
    Trace trace;
    double scale = 1;
    double before = 0;
    bool known = false;
    bool header = false;
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
        const auto bad = [&](const char* why) {
            return std::runtime_error(fmt::format("{}, line {}: {}.", file, number, why));
        };
        known = known || line == "# farboot trace 1";
        if (!known)
            throw bad("this is no trace of version 1");
        if (const auto* bytes = value_of(line, "image_bytes"))
            trace.image_bytes = std::strtoull(bytes, nullptr, 10);
        if (const auto* factor = value_of(line, "think_scale"))
            scale = std::strtod(factor, nullptr);
        if (line.starts_with('#'))
            continue;
        if (!header && line != "t_seconds,offset,length")
            throw bad("the header line t_seconds,offset,length is missing");
        if (!std::exchange(header, true))
            continue;
        double when = 0;
        Read read;
        if (std::sscanf(line.c_str(), "%lf,%lu,%u", &when, &read.offset, &read.length) != 3 || when < before ||
            read.length == 0 || read.length > largest_read || read.offset + read.length > trace.image_bytes)
            throw bad("a read must have a growing time, and an offset and a length within the image");
        read.pause = (when - before) * scale;
        before = when;
        trace.reads.push_back(read);
    }
    if (trace.reads.empty())
        throw std::runtime_error(file + ": the trace has no reads.");
    return trace;
}

} // namespace farboot::bench
