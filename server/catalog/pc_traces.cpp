#include "server/catalog/pc_traces.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/records.hpp"

namespace farboot::catalog
{

namespace
{

PcTrace read_trace(const QSqlQuery& row)
{
    PcTrace trace;
    trace.id = number_of(row, "id");
    trace.manifest = text_of(row, "manifest");
    trace.pc = number_of(row, "pc");
    trace.hardware = text_of(row, "hardware");
    trace.session = text_of(row, "session");
    trace.made = time_of(row, "made");
    trace.reads = number_of(row, "reads");
    return trace;
}

} // namespace

nlohmann::json PcTrace::to_json() const
{
    return {{"id", id},           {"manifest", manifest},   {"pc", pc},      {"hardware", hardware},
            {"session", session}, {"made", iso_time(made)}, {"reads", reads}};
}

Result<PcTrace> take_pc_trace(Connection& connection, PcTrace trace)
{
    trace.id = next_number(connection, "pc-trace");
    connection.run("pc-trace-delete-same", {{":pc", value(trace.pc)}, {":session", value(trace.session)}});
    connection.run("pc-trace-insert", {{":id", value(trace.id)},
                                       {":manifest", value(trace.manifest)},
                                       {":pc", value(trace.pc)},
                                       {":hardware", value(trace.hardware)},
                                       {":session", value(trace.session)},
                                       {":made", value(trace.made)},
                                       {":reads", value(trace.reads)},
                                       {":content", value(trace.content)}});
    connection.run("pc-trace-delete-old",
                   {{":manifest", value(trace.manifest)}, {":manifest2", value(trace.manifest)}});
    return trace;
}

std::vector<PcTrace> list_pc_traces(Connection& connection, std::string_view manifest, std::int64_t after, int limit)
{
    std::vector<PcTrace> traces;
    for (auto row = connection.run("pc-trace-list", {{":after", value(after)},
                                                     {":manifest", value(manifest)},
                                                     {":manifest2", value(manifest)},
                                                     {":limit", value(std::int64_t{limit})}});
         row.next();)
        traces.push_back(read_trace(row));
    return traces;
}

std::optional<PcTrace> find_pc_trace(Connection& connection, std::int64_t id)
{
    auto row = connection.run("pc-trace", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    auto trace = read_trace(row);
    trace.content = text_of(row, "content");
    return trace;
}

} // namespace farboot::catalog
