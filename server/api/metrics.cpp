#include "server/api/metrics.hpp"

#include <fmt/format.h>

#include <prometheus/text_serializer.h>

namespace farboot::server::api
{

namespace
{

auto& counters(prometheus::Registry& registry, const char* name, const char* help)
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

void line(std::string& text, const char* name, const char* type, const char* help)
{
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

template <class Number>
void one(std::string& text, const char* name, const char* type, const char* help, Number value)
{
    line(text, name, type, help);
    text += fmt::format("{} {}\n", name, value);
}

} // namespace

Metrics::Metrics()
    : requests_(counters(registry_, "farboot_requests_total", "Requests by method, route and status")),
      seconds_(prometheus::BuildHistogram()
                   .Name("farboot_request_seconds")
                   .Help("From a request's first byte until its answer was sent")
                   .Register(registry_)),
      errors_(counters(registry_, "farboot_errors_total", "Answers with an error, limits among them, by its code")),
      sent_(counters(registry_, "farboot_sent_bytes_total", "Bytes of answers' bodies").Add({})),
      store_sent_(counters(registry_, "farboot_store_sent_bytes_total", "The same, of the image store").Add({})),
      connections_(prometheus::BuildGauge()
                       .Name("farboot_connections")
                       .Help("Connections that are open")
                       .Register(registry_)
                       .Add({})),
      refused_connections_(
          counters(registry_, "farboot_connections_refused_total", "Connections beyond the limits").Add({}))
{
}

void Metrics::finished(const http::Finished& request)
{
    static const prometheus::Histogram::BucketBoundaries bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                                0.25,  0.5,    1,     2.5,  10,    60};
    // What comes from the client, a path or a method that there is not, makes no series of its own.
    const std::string route(request.route.empty() ? "none" : request.route);
    const std::string method(request.route.empty() ? "none" : request.method);
    requests_.Add({{"method", method}, {"route", route}, {"status", std::to_string(request.status)}}).Increment();
    if (!request.streamed)
        seconds_.Add({{"method", method}, {"route", route}}, bounds)
            .Observe(std::chrono::duration<double>(request.took).count());
    if (request.status >= 400)
        errors_.Add({{"code", std::string(request.code)}}).Increment();
    sent_.Increment(static_cast<double>(request.bytes));
    if (request.route.starts_with("/store/"))
        store_sent_.Increment(static_cast<double>(request.bytes));
}

std::string Metrics::text(const Now& now)
{
    auto text = prometheus::TextSerializer().Serialize(registry_.Collect());
    one(text, "farboot_catalog_revision", "gauge", "The catalog's revision", now.revision);
    line(text, "farboot_pcs", "gauge", "PCs of the catalog by state");
    for (const auto& [state, count] : now.pcs)
        text += fmt::format("farboot_pcs{{state=\"{}\"}} {}\n", state, count);
    line(text, "farboot_database_operations_total", "counter", "Pieces of work that the database was given");
    text += fmt::format("farboot_database_operations_total{{kind=\"read\"}} {}\n"
                        "farboot_database_operations_total{{kind=\"write\"}} {}\n",
                        now.reads, now.writes);
    line(text, "farboot_database_seconds_total", "counter", "How long the database's threads have worked for these");
    text += fmt::format("farboot_database_seconds_total{{kind=\"read\"}} {}\n"
                        "farboot_database_seconds_total{{kind=\"write\"}} {}\n",
                        now.read_seconds, now.write_seconds);
    one(text, "farboot_store_bytes", "gauge", "Size of the file system that the image store is on", now.store_bytes);
    one(text, "farboot_store_free_bytes", "gauge", "What is free there", now.store_free_bytes);
    return text;
}

} // namespace farboot::server::api
