/// The generic poller: any JSON service whose shape the parameters describe.

import PluginSupport
import Polling
import VedettePluginABI

public enum RestPollerPlugin {
  static let schema = """
    {"type":"object","required":["url","records"],"additionalProperties":false,"properties":{\
    "url":{"type":"string","description":"What is asked, with the fixed members of its query."},\
    "method":{"enum":["GET","POST"],"default":"GET"},\
    "body":{"description":"What is posted: text as it is, anything else as JSON."},\
    "headers":{"type":"object","additionalProperties":{"type":"string"}},\
    "token":{"type":"string","description":"The name of the secret that lets in."},\
    "token_header":{"type":"string","default":"Authorization"},\
    "token_scheme":{"type":"string","description":"What stands before the token; Bearer in Authorization, else nothing; \
    none: nothing."},\
    "token_query":{"type":"string","description":"The member of the query that takes the token, instead of a header."},\
    "items":{"type":"string","description":"The path of the list in an answer; the answer itself where it is not \
    given."},\
    "key":{"type":"string","description":"The path of what the service knows an element by."},\
    "paging":{"type":"object","additionalProperties":false,"properties":{\
    "kind":{"enum":["none","page","offset","cursor","link"]},"parameter":{"type":"string"},\
    "start":{"type":"integer"},"size_parameter":{"type":"string"},"size":{"type":"integer"},\
    "next":{"type":"string","description":"The path of the next page's cursor, or of its address (link); without it a \
    link is that of the Link header."},\
    "more":{"type":"string","description":"The path of what says whether there is more."},\
    "most":{"type":"integer","description":"The most pages of a round."}}},\
    "since":{"type":"object","required":["parameter","field"],"additionalProperties":false,"properties":{\
    "parameter":{"type":"string"},"field":{"type":"string"},\
    "form":{"enum":["rfc3339","epoch","epoch_ms","value"]},"start":{"type":"string"}},\
    "description":"Rounds ask only for what is new: the latest value of the field goes into the query."},\
    "time_format":{"type":"string","description":"A pattern of strptime; without it RFC 3339, or a number since 1970."},\
    "time_zone":{"type":"string","description":"The offset of times that have none: +02:00."},\
    "rate_limit":{"type":"object","additionalProperties":false,"properties":{"requests":{"type":"integer"},\
    "per":{"type":"integer","description":"Seconds."}}},\
    "records":{"type":"array","items":{"type":"object","required":["type"],"additionalProperties":false,"properties":{\
    "type":{"enum":["persona","persona_change","outreach","process","connection","asset"]},\
    "when":{"type":"object","description":"Paths, and the value or values that they must have."},\
    "time":{"type":"string","description":"The path of the moment; without it the moment of the answer."},\
    "fields":{"type":"object","description":"Fields of the record, and the paths of their values."},\
    "constants":{"type":"object","description":"Fields of the record that are always the same."},\
    "values":{"type":"object","description":"By field: the service's words, and what they mean."},\
    "html":{"type":"array","items":{"type":"string"},"description":"Fields that come as HTML."}}}},\
    \(PollSource.commonParameters)}}
    """

  static let blindSpots = [
    "A service that is read by a described mapping shows what its list has at the time of asking: what came and went "
      + "between two rounds, and what the mapping leaves out, is not seen."
  ]

  static let source = PollSource(agent: "vedette-rest-poller/1.0.0") { parameters, host throws(SourceFailure) in
    try RestService(&parameters, host)
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.source.rest-poller", name: "rest-poller", version: "1.0.0",
      summary: "Asks any JSON service that its parameters describe.",
      mode: .poller, interfaces: [.personas, .processes], records: EvidenceRecord.allCases,
      parameters: schema,
      blindSpots: blindSpots),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
